import { FanfareClientError } from '@fanfare/client';

/** What went wrong, in words. */
export const wordsOf = (error: unknown): string => {
  if (!(error instanceof FanfareClientError)) return error instanceof Error ? error.message : String(error);
  return error.code === 'ERR_NETWORK' ? 'The console cannot be reached.' : error.message;
};

/** A request that failed, in place of what it would have shown. */
export function ErrorNotice({ error }: { error: unknown }) {
  const code = error instanceof FanfareClientError ? error.code : undefined;
  return (
    <div className="notice late" role="alert">
      <p>{wordsOf(error)}</p>
      {code && <p className="quiet">{code}</p>}
    </div>
  );
}
