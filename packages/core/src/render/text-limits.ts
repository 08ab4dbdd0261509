/** UTF-16 units: no screen shows more, and a template can repeat a text. */
export const MAX_TITLE = 255;
export const MAX_BODY = 4000;
