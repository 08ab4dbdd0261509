import * as client from '@fanfare/client';
import * as core from '@fanfare/core';
import type * as ledger from '@fanfare/ledger';
import { expect, test } from '@jest/globals';
import type { z } from 'zod';

// The client depends on nothing, so it says itself what core says with zod. Here the two are held equal: the types by
// the compiler (`npm run build`), the values by these tests.

/** True when each fits the other, also with no part left out: else one of them could have a field too many. */
type Same<A, B> = Fits<A, B> & Fits<B, A> & Fits<Whole<A>, Whole<B>> & Fits<Whole<B>, Whole<A>>;
type Fits<A, B> = [A] extends [B] ? true : never;
type Whole<T> = T extends object ? { [K in keyof T]-?: Whole<T[K]> } : T;

/** Does not compile unless the two are the same. */
function same<_A, _B>(_yes: Same<_A, _B>): void {}

same<client.FanfareEvent, z.input<typeof core.Event>>(true);
same<client.WebhookBody, core.CustomBody>(true);
same<client.PushPlatform, core.Platform>(true);
same<client.ProviderKind, core.ProviderKind>(true);
same<client.Lane, core.Lane>(true);
same<client.DeliveryState, core.DeliveryState>(true);
same<client.SystemState['breakers'][number], ledger.Breaker>(true);
same<client.Day, core.DayOfWeek>(true);
same<client.MutedConversation, core.Mute>(true);
same<keyof client.GroupPreferences, keyof core.EffectivePreferences['groupPreferences']>(true);
same<keyof client.OneOnOnePreferences, keyof core.EffectivePreferences['oneOnOnePreferences']>(true);
// @ts-expect-error A field less is found…
same<Omit<client.WebhookBody, 'region'>, core.CustomBody>(true);
// @ts-expect-error … and so is an optional one.
same<Omit<client.NotificationDetails, 'custom'>, core.NotificationDetails>(true);

const sorted = (values: Iterable<unknown>) => [...values].sort();

test('the client’s platforms and days are those of the server', () => {
  expect(sorted(Object.values(client.PushPlatforms))).toEqual(sorted(Object.keys(core.PLATFORMS)));
  expect(Object.values(client.DayOfWeek)).toEqual(core.DAYS);
});

test('the client’s choices are those the server takes', () => {
  const choices = {
    messages: client.MessagesOptions,
    replies: client.RepliesOptions,
    quotedReplies: client.QuotedRepliesOptions,
    reactions: client.ReactionsOptions,
  };
  for (const [name, options] of Object.entries(choices)) {
    const key = name as keyof typeof choices;
    expect(Object.values(options)).toEqual(core.GROUP_PREFERENCES[key].values);
    expect(Object.values(options)).toEqual(core.ONE_ON_ONE_PREFERENCES[key].values);
  }
  expect(Object.values(client.MemberActionsOptions)).toEqual(core.GROUP_PREFERENCES.memberLeft.values);
  expect(client.DNDOptions).toEqual({ DISABLED: core.DndOption.Off, ENABLED: core.DndOption.On });
});
