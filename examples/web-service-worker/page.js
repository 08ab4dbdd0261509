// The page of a web app: asks for permission and starts the service worker that shows notifications.

const state = document.querySelector('#state');

document.querySelector('#enable').addEventListener('click', async () => {
  // Browsers allow this question only after a click.
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
  //   const fanfare = new FanfareNotifications({ url, appId, authToken });
  //   await fanfare.registerPushToken(token, PushPlatforms.FCM_WEB, 'fcm-1');
});

// The message of the service worker after a click on a notification.
navigator.serviceWorker.addEventListener('message', ({ data }) => {
  state.textContent = `Open the conversation ${data.open}.`;
});
