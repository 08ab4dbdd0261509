/** The iOS app of the drill. */
export const BUNDLE_ID = 'com.example.chat';
