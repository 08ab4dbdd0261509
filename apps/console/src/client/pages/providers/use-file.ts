import { type FormEvent, useState } from 'react';
import type { ReadFile } from './read-files.ts';

interface FileUse<T> {
  read: (name: string, text: string) => ReadFile<T>;
  /** After a file was given. */
  onRead: (file: ReadFile<T>) => void;
}

/** The file that a form needs, read in the browser before anything is sent. */
export function useFile<T>({ read, onRead }: FileUse<T>) {
  const [name, setName] = useState<string>();
  const [file, setFile] = useState<ReadFile<T>>();
  return {
    name,
    value: file?.ok ? file.value : undefined,
    /** For `FileDrop`, with the problem that the server found, if any. */
    dropProps: (refused: string | undefined) => ({
      name,
      problem: file && !file.ok ? file.problem : refused,
      onFile: (given: string, text: string) => {
        const found = read(given, text);
        setName(given);
        setFile(found);
        onRead(found);
      },
    }),
    /** Submits the form, or says what is wrong with the file. */
    submit: (send: () => void) => (event: FormEvent) => {
      event.preventDefault();
      if (file?.ok) send();
      else setFile(file ?? { ok: false, problem: 'The file is missing.' });
    },
  };
}
