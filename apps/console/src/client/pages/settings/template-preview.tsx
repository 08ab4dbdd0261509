import { FanfareClientError } from '@fanfare/client';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { fanfareOf } from '../../api/fanfare.ts';
import type { SettingsPatch } from '../../api/settings-types.ts';
import { Card } from '../../components/card.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { LockScreen } from '../why/lock-screen.tsx';
import { sampleEvent } from './sample-events.ts';

interface TemplatePreviewProps {
  app: string;
  kind: string;
  /** The field that is being edited. */
  field: string;
  isHidden: boolean;
  /** Empty: any. */
  language: string;
  templates: SettingsPatch | undefined;
}

const SCREEN_NAMES = { android: 'Android', ios: 'iOS', web: 'Web' };

/** A preview is asked for once typing has paused for so long, ms. */
const PAUSE_MS = 250;

/** The notification as it would look, with the changes that are not stored yet. */
export function TemplatePreview({ app, kind, field, isHidden, language, templates }: TemplatePreviewProps) {
  const request = {
    event: sampleEvent(kind, field, Math.floor(Date.now() / 3_600_000) * 3_600_000),
    uid: 'bob',
    privacy: isHidden,
    ...(language === '' ? {} : { locale: language }),
    ...(templates === undefined ? {} : { templates }),
  };
  const settled = useSettled(JSON.stringify(request), PAUSE_MS);
  const { data, error } = useQuery({
    queryKey: [app, 'template-preview', settled],
    queryFn: () => preview(app, JSON.parse(settled) as object),
    placeholderData: keepPreviousData,
    retry: false,
  });
  return (
    <Card title="Preview" aside={<p className="quiet">Alice writes to Bob</p>}>
      {error ? (
        <ErrorNotice error={error} />
      ) : (
        data && (
          <div className="screens" aria-live="polite">
            {(['android', 'ios', 'web'] as const).map((screen) => (
              <figure key={screen}>
                <figcaption className="quiet">{SCREEN_NAMES[screen]}</figcaption>
                <LockScreen kind={screen} title={data.title} body={data.body} />
              </figure>
            ))}
          </div>
        )
      )}
    </Card>
  );
}

/** Texts are those of a device; an app that has a webhook only shows what that gets. */
const PLATFORMS = ['fcm_android', 'apns_ios_device', 'custom'];

async function preview(app: string, request: object): Promise<{ title: string; body: string }> {
  for (const platform of PLATFORMS) {
    try {
      return await fanfareOf(app).request({
        method: 'POST',
        path: '/v3/notifications/v1/templates/preview',
        body: { ...request, platform },
      });
    } catch (error) {
      const isMissing = error instanceof FanfareClientError && error.code === 'ERR_PROVIDER_NOT_FOUND';
      if (!isMissing || platform === PLATFORMS.at(-1)) throw error;
    }
  }
  throw new Error('There is no platform to preview on.');
}

/** The value once it has stayed the same for some time. */
function useSettled<T>(value: T, afterMs: number): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), afterMs);
    return () => clearTimeout(timer);
  }, [value, afterMs]);
  return settled;
}
