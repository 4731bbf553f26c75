import { list, mapOf, struct } from './composite-types.ts';
import { accepted, acts, actsAs, type FieldRow } from './field.ts';
import { gateNames } from './gates.ts';
import { duration, durationOrNanoseconds, ip, path, quantityOrNumber } from './kube-types.ts';
import { bool, int, nullable, oneOf, text, textThat } from './value-type.ts';

const noServer = 'nodelet opens no port but the health endpoint yet';
const noCluster = 'nodelet runs without an API server so far';
const noEvents = 'events are kept in the journal, not sent to an API server';
const noTracing = 'nodelet sends no traces yet';
const plainLines = 'nodelet writes each line at once, all to standard error';

const port = { min: 1, max: 65_535 };
const portOrOff = { min: 0, max: 65_535 };

const vmodule = struct(
  { filePattern: text, verbosity: int({ min: 0 }) },
  {
    name: 'VModuleItem',
    required: ['filePattern', 'verbosity'],
    parse: (flag) => {
      const found = /^([^=]+)=(\d+)$/.exec(flag);
      return found === null ? undefined : { filePattern: found[1] ?? '', verbosity: Number(found[2]) };
    },
  },
);

const cipherSuite = textThat(
  'cipher suite',
  'the name of a TLS cipher suite such as TLS_AES_128_GCM_SHA256',
  (name) => {
    return /^TLS_[A-Z0-9_]+$/.test(name);
  },
);

/** The server, who may talk to it, health, the client of the API server, logs, events and traces. */
export const serverRows: readonly FieldRow[] = [
  ['enableServer', nullable(bool), true, accepted(noServer)],
  ['address', ip, '0.0.0.0', accepted(noServer)],
  ['port', int(port), 10_250, accepted(noServer)],
  ['readOnlyPort', int(portOrOff), 0, accepted(`${noServer}; 0 is the default also without --config`)],
  ['tlsCertFile', path, '', accepted(noServer)],
  ['tlsPrivateKeyFile', path, '', accepted(noServer)],
  ['tlsCipherSuites', list(cipherSuite), [], accepted(noServer)],
  ['tlsCurvePreferences', list(int({ min: 0 })), [], accepted(noServer)],
  [
    'tlsMinVersion',
    oneOf(['', 'VersionTLS10', 'VersionTLS11', 'VersionTLS12', 'VersionTLS13']),
    '',
    accepted(noServer),
  ],
  ['rotateCertificates', bool, false, accepted(noCluster)],
  ['serverTLSBootstrap', bool, false, accepted(noCluster)],
  ['authentication.x509.clientCAFile', path, '', accepted(noServer)],
  [
    'authentication.webhook.enabled',
    nullable(bool),
    true,
    accepted(`${noServer}; true is the default also without --config`),
  ],
  ['authentication.webhook.cacheTTL', duration(), '2m0s', accepted(noServer)],
  [
    'authentication.anonymous.enabled',
    nullable(bool),
    false,
    accepted(`${noServer}; false is the default also without --config`),
  ],
  [
    'authorization.mode',
    oneOf(['Webhook', 'AlwaysAllow']),
    'Webhook',
    accepted(`${noServer}; Webhook is the default also without --config`),
  ],
  ['authorization.webhook.cacheAuthorizedTTL', duration(), '5m0s', accepted(noServer)],
  ['authorization.webhook.cacheUnauthorizedTTL', duration(), '30s', accepted(noServer)],
  ['enableDebuggingHandlers', nullable(bool), true, accepted(noServer)],
  ['enableContentionProfiling', bool, false, accepted(noServer)],
  ['enableProfilingHandler', nullable(bool), true, accepted(noServer)],
  ['enableDebugFlagsHandler', nullable(bool), true, accepted(noServer)],
  ['enableSystemLogHandler', nullable(bool), true, accepted(noServer)],
  ['enableSystemLogQuery', nullable(bool), false, accepted(noServer)],
  [
    'streamingConnectionIdleTimeout',
    duration(),
    '4h0m0s',
    accepted('the runtime owns its streams; without effect in the kubelet too'),
  ],
  ['showHiddenMetricsForVersion', text, '', accepted('nodelet hides no metrics')],

  ['healthzPort', nullable(int(portOrOff)), 10_248, actsAs('0: off')],
  ['healthzBindAddress', ip, '127.0.0.1', acts],

  ['contentType', text, 'application/vnd.kubernetes.protobuf', accepted(noCluster)],
  ['kubeAPIQPS', nullable(int({ min: 0 })), 50, accepted(noCluster)],
  ['kubeAPIBurst', int({ min: 0 }), 100, accepted(noCluster)],
  ['eventRecordQPS', nullable(int({ min: 0 })), 50, accepted(noEvents)],
  ['eventBurst', int({ min: 0 }), 100, accepted(noEvents)],

  ['logging.format', oneOf(['text', 'json']), 'text', acts],
  ['logging.verbosity', int({ min: 0 }), 0, acts],
  ['logging.flushFrequency', durationOrNanoseconds, '5s', accepted(plainLines)],
  ['logging.vmodule', list(vmodule), [], accepted('its patterns name files of the Go kubelet; use logging.verbosity')],
  ['logging.options.text.splitStream', bool, false, accepted(plainLines)],
  ['logging.options.text.infoBufferSize', quantityOrNumber, '0', accepted(plainLines)],
  ['logging.options.json.splitStream', bool, false, accepted(plainLines)],
  ['logging.options.json.infoBufferSize', quantityOrNumber, '0', accepted(plainLines)],

  ['tracing.endpoint', nullable(text), undefined, accepted(noTracing)],
  ['tracing.samplingRatePerMillion', nullable(int({ min: 0, max: 1_000_000 })), undefined, accepted(noTracing)],

  [
    'featureGates',
    mapOf(bool, { keys: gateNames(), key: 'a feature gate of Kubernetes' }),
    {},
    actsAs('the gates are listed below'),
  ],
];
