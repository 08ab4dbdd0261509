/** The forms a key takes on its way through settings files, terminals and web forms. */
export const PASTINGS: Record<string, (pem: string) => string> = {
  'with its line breaks written out': (pem) => pem.replace(/\n/g, '\\n'),
  'with Windows line breaks written out': (pem) => pem.replace(/\n/g, '\\r\\n'),
  'with its line breaks escaped twice': (pem) => pem.replace(/\n/g, '\\\\n'),
  'in double quotes': (pem) => `"${pem.replace(/\n/g, '\\n')}"`,
  'in single quotes with a comma behind': (pem) => `'${pem}',\n`,
  'on one line, with spaces': (pem) => pem.replace(/\n/g, ' '),
  'on one line, without': (pem) => pem.replace(/\n/g, ''),
  'with indented lines': (pem) => pem.replace(/^/gm, '    '),
  'in base64 as a whole': (pem) => Buffer.from(pem).toString('base64'),
};
