import { type ReactNode, useId } from 'react';

/** What an input needs to belong to its field. */
interface InputProps {
  id: string;
  'aria-invalid': boolean;
  'aria-describedby': string | undefined;
}

interface FieldProps {
  label: string;
  /** What is wrong with the value. */
  problem?: string | undefined;
  /** What the value is for. */
  hint?: string;
  children: (input: InputProps) => ReactNode;
}

/** An input with its label, and what is wrong with its value. */
export function Field({ label, problem, hint, children }: FieldProps) {
  const id = useId();
  const describedBy = problem !== undefined || hint !== undefined ? `${id}-note` : undefined;
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children({ id, 'aria-invalid': problem !== undefined, 'aria-describedby': describedBy })}
      {describedBy && (
        <p id={describedBy} className={problem === undefined ? 'quiet' : 'problem'}>
          {problem ?? hint}
        </p>
      )}
    </div>
  );
}

interface TextFieldProps extends Omit<FieldProps, 'children'> {
  value: string;
  onChange: (value: string) => void;
  type?: 'text' | 'password' | 'url' | 'number';
  placeholder?: string;
  disabled?: boolean;
  isRequired?: boolean;
}

/** A field of one line. */
export function TextField({
  value,
  onChange,
  type = 'text',
  placeholder,
  disabled,
  isRequired,
  ...field
}: TextFieldProps) {
  return (
    <Field {...field}>
      {(input) => (
        <input
          {...input}
          type={type}
          value={value}
          placeholder={placeholder}
          disabled={disabled}
          required={isRequired}
          autoComplete={type === 'password' ? 'new-password' : 'off'}
          spellCheck={false}
          onChange={({ target }) => onChange(target.value)}
        />
      )}
    </Field>
  );
}
