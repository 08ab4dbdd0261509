/**
 * Placeholders for values the system generates. A replay binds each placeholder to the first real value it meets in its
 * place and expects that value from then on.
 */
export const STAND_INS = {
  apiKey: 'fk_Zp3vT9qLrWxC5sYb2nHd8kGj4mFa6uE1',
  apiKeyPrefix: 'fk_Zp3vT',
  apiKeyId: 'hT5wQ8rLx2Zc',
  publishKey: 'fk_Qm7xB1tVnJ4hKs9wZc3rLf6yDp8gXe2a',
  publishKeyPrefix: 'fk_Qm7xB',
  publishKeyId: 'pK7nV3mJy9Dg',
  authToken: 'at_u8Jd2LkQvN5xYw7Rb1Tz4Hc9Fs6Gm3Pe',
  authTokenPrefix: 'at_u8Jd2',
  authTokenShown: 'at_u8Jd2…',
  session: '3f8a1c5e7b9d2046f1a3c5e7092b4d6f8a0c2e4b6d8f1a3c5e7092b4d6f8a0c2',
  secondAuthToken: 'at_c4Vn8SwXe2Rk6Ty0Ui9Op3Lj7Hg5Fd1A',
  jwt: 'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJib2IiLCJhcHAiOiJhcHAxMjMifQ.6mX0Yw2s8oJt4Qk1Vf9Lh3Zr5Nb7Ca',
  settingsHash: '9b1d6e0c4f2a8b7d3e5c1a9f0b2d4e6c',
  iphoneId: 'dIPh0nE3x4mpl',
  androidId: 'dAnDr01d3x4mp',
  host: 'push.example.com',
  webhook: 'https://chat.example.com/fanfare',
  projectId: 'my-firebase-project',
  clientEmail: 'firebase-adminsdk@my-firebase-project.iam.gserviceaccount.com',
  privateKeyId: '4c8e2a6f0b1d3579ace02468bdf13579ace02468',
  privateKey: '-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQ…\n-----END PRIVATE KEY-----\n',
  tokenUri: 'https://oauth2.googleapis.com/token',
  teamId: 'DEF4567890',
  keyId: 'ABC4567890',
  p8Key: '-----BEGIN PRIVATE KEY-----\nMIGTAgEAMBMGByqGSM49AgEGCC…\n-----END PRIVATE KEY-----\n',
  deadLetterId: 'em8f2q1x0k3j9a7c5e-0',
  logId: 'em8f2q1x0k3j9a7c5d-0',
  replayId: 'r8Xw2Kq5Zt1Lm',
} as const;
