import { until } from '@fanfare/testkit';
import { expect, test } from '@jest/globals';
import { noBrowser, openExamplePage } from '../support/browser.ts';
import { addPushProviders, logIn, register, WEB } from '../support/devices.ts';
import { aCall, aMessage } from '../support/events.ts';
import { startSystem } from '../support/system.ts';

const inBrowser = noBrowser === undefined ? test : test.skip;
if (noBrowser !== undefined) process.stderr.write(`No test in a browser: ${noBrowser}.\n`);

inBrowser(
  'the example service worker shows messages and calls, replaces what was edited, and stops ringing',
  async () => {
    await using system = await startSystem();
    await addPushProviders(system);
    await register(system, await logIn(system), WEB);
    await using browser = await openExamplePage();
    await browser.page.getByRole('button', { name: 'Turn on notifications' }).click();
    await browser.page.getByText('Notifications are on.').waitFor();

    /** Publishes an event and hands the browser what FCM got of it. */
    const happens = async (event: { id: string }) => {
      const before = system.hooks.fcm.requests().length;
      const { body } = await system.backend.post('/v3/events', event);
      expect(body.data.events).toMatchObject([{ status: 'accepted' }]);
      const request = await until(() => system.hooks.fcm.requests()[before], `FCM gets ${event.id}`);
      await browser.push((request.json as { message: { data: unknown } }).message.data);
    };
    const expectShown = async (...texts: string[]) =>
      until(
        async () => {
          // In which order the browser lists them is its own affair.
          expect(new Set(await browser.shown())).toEqual(new Set(texts));
          return true;
        },
        `shown is ${texts.join(' and ')}`,
      );

    const message = aMessage();
    await happens(message);
    await expectShown('Alice: hi');
    const edited = { ...message.message, text: 'hi there' };
    await happens({
      ...message,
      id: `${message.id}-edited`,
      type: 'message.edited',
      message: edited,
    } as typeof message);
    await expectShown('Alice: hi there');
    await happens({ ...message, id: `${message.id}-deleted`, type: 'message.deleted' } as typeof message);
    await expectShown('Alice: This message was deleted');

    const call = aCall();
    await happens(call);
    await expectShown('Alice: This message was deleted', 'Alice: Incoming audio call');
    // The chat backend may give every word on a call an id of its own; the session stays.
    const cancelled = { ...call.call, id: 'another' };
    await happens({ ...call, id: `${call.id}-cancelled`, type: 'call.cancelled', call: cancelled } as typeof call);
    await expectShown('Alice: This message was deleted', 'Alice: Call cancelled');

    const missed = aCall();
    await happens(missed);
    await expectShown('Alice: This message was deleted', 'Alice: Call cancelled', 'Alice: Incoming audio call');
    await happens({ ...missed, id: `${missed.id}-unanswered`, type: 'call.unanswered' } as typeof missed);
    await expectShown('Alice: This message was deleted', 'Alice: Call cancelled', 'Alice: Missed audio call');
  },
);
