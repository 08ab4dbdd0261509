import { expect, test } from '@jest/globals';
import { completions, filterOf, parseQuery, queryText } from '../../src/client/pages/events/event-query.ts';

test('a query is words with a field; the same field twice means either value', () => {
  expect(parseQuery(' type:call  sender:alice sender:bob state:open ').search).toEqual({
    type: 'call',
    sender: 'alice,bob',
    state: 'open',
  });
});

test('a family of types and the open states become what the API knows', () => {
  const { type, state } = filterOf({ type: 'reaction,message.sent', state: 'open' });
  expect(type).toEqual(['reaction.added', 'reaction.removed', 'message.sent']);
  expect(state).toEqual(['expanding', 'delivering']);
  expect(filterOf({})).toEqual({});
});

test('a word without a field is an id, with or without a colon', () => {
  expect(parseQuery('m-17').id).toBe('m-17');
  expect(parseQuery('backend:m-17').id).toBe('backend:m-17');
});

test('what is not understood is named', () => {
  expect(parseQuery('state:late').problem).toMatch(/^state: "late" is not one of open/);
  expect(parseQuery('sender:').problem).toBe('sender: has no value');
});

test('filters become the query again that they came from', () => {
  const text = 'type:call sender:alice,bob conversation:hiking state:done';
  expect(queryText(parseQuery(text).search)).toBe(text);
});

test('the last word is completed: its field, then its values', () => {
  expect(completions('sender:alice st')).toEqual(['sender:alice state:']);
  expect(completions('state:d')).toEqual(['state:delivering ', 'state:done ']);
  expect(completions('sender:al')).toEqual([]);
});
