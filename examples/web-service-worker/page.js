// The page of a web app: asks for permission and starts the service worker that shows notifications.

const state = document.querySelector('#state');

document.querySelector('#enable').addEventListener('click', async () => {
  // Browsers want a click before this question.
  if ((await Notification.requestPermission()) !== 'granted') {
    state.textContent = 'Notifications are not allowed for this site.';
    return;
  }
  await navigator.serviceWorker.register('firebase-messaging-sw.js');
  await navigator.serviceWorker.ready;
  state.textContent = 'Notifications are on.';

  // In your app, with its Firebase configuration, a push token now goes to Fanfare. At the top of the file:
  //   import { FanfareNotifications, PushPlatforms } from '@fanfare/client';
  //   import { getMessaging, getToken } from 'firebase/messaging';
  // and here:
  //   const serviceWorkerRegistration = await navigator.serviceWorker.ready;
  //   const token = await getToken(getMessaging(firebaseApp), { serviceWorkerRegistration, vapidKey });
  //   await new FanfareNotifications({ url, appId, authToken }).registerPushToken(token, PushPlatforms.FCM_WEB, 'fcm-1');
});

// What the service worker says when a notification is clicked.
navigator.serviceWorker.addEventListener('message', ({ data }) => {
  state.textContent = `Open the conversation ${data.open}.`;
});
