import { X509Certificate } from 'node:crypto';
import { createSecureContext, rootCertificates, type SecureContext } from 'node:tls';

const PEM_CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/**
 * The PEM certificates in a text. Throws when there is none or an unreadable one, which Node itself would silently
 * ignore.
 */
export function certificatesIn(extraCa: string): string[] {
  const certificates = extraCa.match(PEM_CERTIFICATE) ?? [];
  if (certificates.length === 0) throw new Error('there is no PEM certificate among the extra authorities');
  for (const certificate of certificates) new X509Certificate(certificate);
  return certificates;
}

/**
 * TLS settings that trust these PEM certificates in addition to the authorities built into Node. To be shared by all
 * connections: reading the authorities anew for each would cost milliseconds. Throws like `certificatesIn`.
 */
export const trusting = (extraCa: string): SecureContext =>
  createSecureContext({ ca: [...rootCertificates, ...certificatesIn(extraCa)] });
