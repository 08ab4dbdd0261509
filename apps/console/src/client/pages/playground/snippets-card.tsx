import type { FanfareEvent } from '@fanfare/client';
import { useState } from 'react';
import { useApiUrl } from '../../api/use-api-url.ts';
import { Card } from '../../components/card.tsx';
import { Code } from '../../components/code.tsx';
import { Segments } from '../../components/segments.tsx';
import { curlOf, programOf } from './snippets.ts';

/** The same event from a shell or a program. */
export function Snippets({ event }: { event: FanfareEvent }) {
  const api = useApiUrl();
  const [language, setLanguage] = useState<'curl' | 'client'>('curl');
  return (
    <Card
      title="The same from your code"
      aside={
        <Segments
          label="Language"
          options={[
            { value: 'curl', label: 'curl' },
            { value: 'client', label: 'TypeScript' },
          ]}
          chosen={language}
          onChoose={setLanguage}
        />
      }
    >
      <Code text={(language === 'curl' ? curlOf : programOf)(api, event)} label="Command or program" />
    </Card>
  );
}
