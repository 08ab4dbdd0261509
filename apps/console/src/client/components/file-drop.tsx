import { type DragEvent, useId, useState } from 'react';

interface FileDropProps {
  label: string;
  /** Endings of the names, e.g. `.json`. */
  accept: string;
  /** The name of the file that was given. */
  name: string | undefined;
  problem: string | undefined;
  /** What was found in the file. */
  found?: string | undefined;
  onFile: (name: string, text: string) => void;
}

/** Takes a small text file that is dropped or chosen; it is read here and sent nowhere. */
export function FileDrop({ label, accept, name, problem, found, onFile }: FileDropProps) {
  const id = useId();
  const [isOver, setOver] = useState(false);
  const read = async (file: File | undefined) => {
    if (file) onFile(file.name, await file.text());
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    void read(event.dataTransfer.files[0]);
  };
  return (
    <div className="field">
      <label
        className={isOver ? 'file-drop over' : 'file-drop'}
        htmlFor={id}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        <span className="file-drop-label">{label}</span>
        <span className="quiet">{name ?? `Drop the ${accept} file here, or choose it`}</span>
        <input
          id={id}
          type="file"
          accept={accept}
          aria-invalid={problem !== undefined}
          aria-describedby={problem === undefined && found === undefined ? undefined : `${id}-note`}
          onChange={({ target }) => void read(target.files?.[0])}
        />
      </label>
      {problem !== undefined ? (
        <p id={`${id}-note`} className="problem" role="alert">
          {problem}
        </p>
      ) : (
        found !== undefined && (
          <p id={`${id}-note`} className="quiet">
            {found}
          </p>
        )
      )}
    </div>
  );
}
