import { X509Certificate } from 'node:crypto';
import { createSecureContext, rootCertificates, type SecureContext } from 'node:tls';

const PEM_CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/**
 * TLS settings that trust these PEM certificates besides the authorities built into Node. To be shared by all
 * connections: reading the authorities anew for each would cost milliseconds. Throws when there is no certificate or
 * an unreadable one, which Node itself would pass over in silence.
 */
export function trusting(extraCa: string): SecureContext {
  const certificates = extraCa.match(PEM_CERTIFICATE) ?? [];
  if (certificates.length === 0) throw new Error('there is no PEM certificate among the extra authorities');
  for (const certificate of certificates) new X509Certificate(certificate);
  return createSecureContext({ ca: [...rootCertificates, ...certificates] });
}
