import { describe, expect, test } from '@jest/globals';
import { AT, GEORGE, webhook } from '../support/cometchat-samples.ts';
import { NOW, translate } from './translate.ts';

const changed = (data: Record<string, unknown>) =>
  translate(webhook('user_connection_status_changed', { timestamp: AT, user: GEORGE, status: 'offline', ...data }));
const offline = { kind: 'presence', uid: GEORGE.uid, status: 'offline', at: AT * 1000 };

describe('user_connection_status_changed', () => {
  test('is no event, but says who is online since when', () => {
    expect(changed({})).toEqual({ events: [], state: offline });
    expect(changed({ status: 'online' })).toEqual({
      events: [],
      state: { ...offline, status: 'online' },
    });
  });

  test.each([
    ['a bare uid', { user: GEORGE.uid }],
    ['a uid beside the status', { user: undefined, uid: GEORGE.uid }],
    ['the status at the person', { status: undefined, user: { ...GEORGE, status: 'offline' } }],
    ['milliseconds', { timestamp: AT * 1000 }],
    ['recipients, which it has no use for', { recipients: ['bob'] }],
  ])('is understood with %s', (_, data) => {
    expect(changed(data)).toEqual({ events: [], state: offline });
  });

  test('without a time is of now', () => {
    expect(changed({ timestamp: undefined })).toEqual({ events: [], state: { ...offline, at: NOW } });
  });
});
