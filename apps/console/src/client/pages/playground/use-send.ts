import type { FanfareEvent } from '@fanfare/client';
import { useMutation } from '@tanstack/react-query';
import { fanfareOf } from '../../api/fanfare.ts';

/** Posts events for an app. `sent` is the id of the last one. */
export function useSend(app: string) {
  const { mutateAsync, data, error, isPending } = useMutation({
    mutationFn: async (event: FanfareEvent) => {
      await fanfareOf(app).request({ method: 'POST', path: '/v3/events', body: event });
      return event.id;
    },
  });
  // What went wrong is shown from `error`.
  const send = (event: FanfareEvent) => mutateAsync(event).catch(() => undefined);
  return { send, sent: data, error, isSending: isPending };
}
