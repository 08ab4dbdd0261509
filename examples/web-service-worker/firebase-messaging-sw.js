// The service worker of a web app: shows what Fanfare sends to a browser's token (platform fcm_web). It needs no
// Firebase script, since FCM's web pushes are ordinary ones whose JSON has the notification in `data`
// (docs/rules/cometchat.md#fcm). Keep `notificationInPayload.web` switched off for the provider: this worker does the
// showing.

self.addEventListener('push', (event) => {
  const data = event.data?.json().data;
  if (data) event.waitUntil(data.type === 'call' ? showCall(data) : showMessage(data));
});

/** An edited or deleted message, or a reaction taken back, has the tag of what it replaces. */
function showMessage(data) {
  return show(data.tag, data.title, { body: data.body, icon: data.senderAvatar, data });
}

/** A call rings until it is cancelled or not answered; anything else that becomes of it ends the ringing quietly. */
async function showCall(data) {
  // All that is said of one call has one session.
  const tag = `call-${data.sessionId}`;
  const options = { icon: data.senderAvatar, data };
  switch (data.callAction) {
    case 'initiated':
      return show(tag, data.title, { ...options, body: `Incoming ${data.callType} call`, requireInteraction: true });
    case 'cancelled':
      await close(tag);
      return show(tag, data.title, { ...options, body: 'Call cancelled' });
    case 'unanswered':
      await close(tag);
      return show(tag, data.title, { ...options, body: `Missed ${data.callType} call` });
    default:
      return close(tag);
  }
}

/** With a tag that is shown already this replaces it. */
function show(tag, title, options) {
  return self.registration.showNotification(title, { tag, ...options });
}

async function close(tag) {
  for (const notification of await self.registration.getNotifications({ tag })) notification.close();
}

/** To the app's window if there is one, else to a new one, at the conversation. */
self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(openConversation(event.notification.data.conversationId));
});

async function openConversation(conversationId) {
  const url = new URL(`?conversation=${encodeURIComponent(conversationId)}`, self.registration.scope).href;
  const [client] = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  if (!client) return self.clients.openWindow(url);
  await client.focus();
  client.postMessage({ open: conversationId });
}

// A new version of this worker takes over at once.
self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));
