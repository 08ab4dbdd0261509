// The service worker of a web app: shows what Fanfare sends to a browser's token (platform fcm_web). It needs no
// Firebase script, because FCM's web pushes are ordinary pushes whose JSON has the notification in `data`
// (docs/rules/cometchat.md#fcm). Keep `notificationInPayload.web` off for the provider: this worker shows the
// notifications.

self.addEventListener('push', (event) => {
  const data = event.data?.json().data;
  if (data) event.waitUntil(data.type === 'call' ? showCall(data) : showMessage(data));
});

/** An edit, a deletion or a removed reaction has the tag of the notification it replaces. */
function showMessage(data) {
  return show(data.tag, data.title, { body: data.body, icon: data.senderAvatar, data });
}

/**
 * A call rings until it is cancelled or not answered; any other state ends the ringing quietly. What replaces the ring
 * has its tag and needs no close before: Chromium knows notifications by tag, and a close may reach the new one.
 */
async function showCall(data) {
  // All states of a call share its session.
  const tag = `call-${data.sessionId}`;
  const options = { icon: data.senderAvatar, data };
  switch (data.callAction) {
    case 'initiated':
      return show(tag, data.title, { ...options, body: `Incoming ${data.callType} call`, requireInteraction: true });
    case 'cancelled':
      return show(tag, data.title, { ...options, body: 'Call cancelled' });
    case 'unanswered':
      return show(tag, data.title, { ...options, body: `Missed ${data.callType} call` });
    default:
      return close(tag);
  }
}

/** Replaces a shown notification with the same tag. */
function show(tag, title, options) {
  return self.registration.showNotification(title, { tag, ...options });
}

async function close(tag) {
  for (const notification of await self.registration.getNotifications({ tag })) notification.close();
}

/** Opens the conversation in the app's window, or in a new one. */
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
