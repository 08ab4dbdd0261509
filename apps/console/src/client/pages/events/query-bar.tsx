import { type FormEvent, useEffect, useId, useState } from 'react';
import { Icon } from '../../components/icon.tsx';
import { completions, type EventSearch, parseQuery, queryText } from './event-query.ts';

interface QueryBarProps {
  search: EventSearch;
  onSearch: (search: EventSearch) => void;
  /** An id was given. */
  onId: (id: string) => void;
}

/** The filters of the list as words to type, with completion. An id leads to its event. */
export function QueryBar({ search, onSearch, onId }: QueryBarProps) {
  const id = useId();
  const applied = queryText(search);
  const [text, setText] = useState(applied);
  const [problem, setProblem] = useState<string>();
  useEffect(() => setText(applied), [applied]);

  const apply = (words: string) => {
    const query = parseQuery(words);
    setProblem(query.problem);
    if (query.problem !== undefined) return;
    if (query.id === undefined) onSearch(query.search);
    else onId(query.id);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    apply(text);
  };
  return (
    <search>
      <form className="query-bar" onSubmit={submit}>
        <label htmlFor={id} className="hidden">
          Find events
        </label>
        <span className="query-icon">
          <Icon name="search" />
        </span>
        <input
          id={id}
          type="search"
          list={`${id}-words`}
          value={text}
          placeholder="type:call sender:alice state:open, or an id"
          autoComplete="off"
          spellCheck={false}
          aria-invalid={problem !== undefined}
          aria-describedby={problem === undefined ? undefined : `${id}-problem`}
          onChange={({ target }) => setText(target.value)}
          onPaste={(event) => {
            const pasted = event.clipboardData.getData('text').trim();
            if (text !== '' || /[\s:]/.test(pasted) || pasted === '') return;
            event.preventDefault();
            onId(pasted);
          }}
        />
        <datalist id={`${id}-words`}>
          {completions(text).map((words) => (
            <option key={words} value={words} />
          ))}
        </datalist>
        <button type="submit" className="button">
          Find
        </button>
        {applied !== '' && (
          <button type="button" className="button plain" onClick={() => onSearch({})}>
            Clear
          </button>
        )}
      </form>
      {problem !== undefined && (
        <p id={`${id}-problem`} className="late" role="alert">
          {problem}
        </p>
      )}
    </search>
  );
}
