import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { fanfareOf } from '../../api/fanfare.ts';
import { useSave } from '../../api/use-save.ts';
import { Card } from '../../components/card.tsx';
import { Confirm } from '../../components/confirm.tsx';
import { TextField } from '../../components/field.tsx';

/** Erases a user; the uid has to be typed. */
export function Erase({ app, uid }: { app: string; uid: string }) {
  const navigate = useNavigate();
  const [typed, setTyped] = useState('');
  const erase = useSave(
    app,
    () => fanfareOf(app).eraseUser(uid),
    () => void navigate({ to: '/a/$app/people', params: { app } }),
  );
  return (
    <Card title="Erase">
      <p className="quiet">
        Removes the profile, devices, sessions, preferences, mutes and memberships of {uid}, and their name from the
        archive. Nothing of it can be brought back.
      </p>
      <div>
        <Confirm
          label="Erase this user"
          title={`Erase ${uid}?`}
          action={`Erase ${uid}`}
          isDangerous
          onConfirm={async () => {
            if (typed !== uid) throw new Error(`Type ${uid} to erase the user.`);
            await erase.mutateAsync();
          }}
        >
          <p>
            Type <strong>{uid}</strong> to confirm.
          </p>
          <TextField label="uid" value={typed} onChange={setTyped} />
        </Confirm>
      </div>
    </Card>
  );
}
