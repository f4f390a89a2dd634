import { Counter, Gauge, type Registry } from 'prom-client';
import type { GatewayServices } from '../services/types.ts';
import type { Watch } from './watch.ts';

type Labels = Record<string, string>;
type Sample = [labels: Labels, value: number];

interface Figure {
  name: string;
  help: string;
  labelNames?: string[];
  read(): Sample[];
}

/** Reads the services' own figures when Prometheus asks, so that nothing is counted twice. */
export function addServiceFigures(
  registry: Registry,
  { figures, health }: Pick<GatewayServices, 'figures' | 'health'>,
): void {
  const counters: Figure[] = [
    { name: 'batches_total', help: 'Batches committed.', read: () => one(figures().batches) },
    {
      name: 'batch_seconds_total',
      help: 'Time from endorsement to commit of all batches.',
      read: () => one(figures().batchSeconds.sum),
    },
    {
      name: 'read_model_delay_seconds_bucket',
      help: 'Batches that reads showed within so many seconds after they were known to be committed.',
      labelNames: ['le'],
      read: () => {
        const { within, count } = figures().readModelDelay;
        return [
          ...within.map((bound): Sample => [{ le: String(bound.seconds) }, bound.count]),
          [{ le: '+Inf' }, count],
        ];
      },
    },
    {
      name: 'read_model_delay_seconds_sum',
      help: 'Seconds that reads took to show all of these batches.',
      read: () => one(figures().readModelDelay.sum),
    },
    { name: 'settlements_total', help: 'Pair positions settled.', read: () => one(figures().settlements) },
    {
      name: 'operations_total',
      help: 'Operations by outcome.',
      labelNames: ['outcome'],
      read: () => Object.entries(figures().operations).map(([outcome, count]) => [{ outcome }, count]),
    },
    {
      name: 'rejected_operations_total',
      help: 'Operations that were refused, failed or stayed unknown, by code.',
      labelNames: ['outcome', 'code'],
      read: () => figures().rejected.map(({ outcome, code, count }) => [{ outcome, code }, count]),
    },
    {
      name: 'private_data_missing_total',
      help: 'Ledger transactions with private data for this organisation that the own peer did not deliver.',
      read: () => one(figures().privateDataMissing),
    },
  ];
  for (const figure of counters) addCounter(registry, figure);
  for (const figure of laneFigures(health)) addGauge(registry, figure);
}

function laneFigures(health: GatewayServices['health']): Figure[] {
  return [
    {
      name: 'lane_queued_operations',
      help: 'Operations that wait for the next batch.',
      labelNames: ['lane'],
      read: () => health().lanes.map(({ lane, queued }) => [{ lane }, queued]),
    },
    {
      name: 'lane_oldest_operation_age_seconds',
      help: 'Age of the oldest operation without an outcome, waiting or in the batch under way.',
      labelNames: ['lane'],
      read: () => health().lanes.map(({ lane, oldestSeconds }) => [{ lane }, oldestSeconds]),
    },
    {
      name: 'lane_held',
      help: '1 where this gateway writes the lane.',
      labelNames: ['lane'],
      read: () => health().lanes.map(({ lane, holding }) => [{ lane }, holding ? 1 : 0]),
    },
    {
      name: 'lane_epoch',
      help: 'Epoch of every lane of the network; each gateway process that takes a lane over raises it.',
      labelNames: ['lane'],
      read: () => health().network.lanes.map(({ lane, epoch }) => [{ lane }, epoch]),
    },
    {
      name: 'lane_sequence',
      help: 'Number of the last batch of every lane of the network.',
      labelNames: ['lane'],
      read: () => health().network.lanes.map(({ lane, sequence }) => [{ lane }, sequence]),
    },
    {
      name: 'undelivered_credits',
      help: 'Credits in the outbox of one bank that the other has not received yet.',
      labelNames: ['debtor_bank', 'creditor_bank'],
      read: () =>
        health().network.undelivered.map(({ from, to, count }) => [{ debtor_bank: from, creditor_bank: to }, count]),
    },
    {
      name: 'peer_healthy',
      help: '1 where the peer answers.',
      labelNames: ['msp_id', 'endpoint'],
      read: () => health().peers.map(({ mspId, endpoint, healthy }) => [{ msp_id: mspId, endpoint }, healthy ? 1 : 0]),
    },
    { name: 'ready', help: '1 when the gateway can book.', read: () => one(health().ready ? 1 : 0) },
    {
      name: 'read_model_block',
      help: 'Last block that the read model has applied.',
      read: () => one(Number(health().readModelBlock ?? -1)),
    },
  ];
}

/** Certificates and disks. */
export function addWatchFigures(registry: Registry, watch: Watch): void {
  const labelNames = ['msp_id', 'use', 'place'];
  const certificates = () =>
    watch
      .certificates()
      .map(({ mspId, use, place, notAfter }) => ({ labels: { msp_id: mspId, use, place }, notAfter }));
  addGauge(registry, {
    name: 'certificate_not_after_timestamp_seconds',
    help: 'When a certificate ends, as Unix time; absent while it cannot be seen.',
    labelNames,
    read: () => certificates().flatMap(({ labels, notAfter }) => (notAfter === undefined ? [] : [[labels, notAfter]])),
  });
  addGauge(registry, {
    name: 'certificate_seen',
    help: '1 where the certificate was presented, or could be read, when last looked.',
    labelNames,
    read: () => certificates().map(({ labels, notAfter }) => [labels, notAfter === undefined ? 0 : 1]),
  });
  addGauge(registry, {
    name: 'disk_free_bytes',
    help: 'Free space of the disk that holds a folder.',
    labelNames: ['folder'],
    read: () => watch.disks().map(({ folder, freeBytes }) => [{ folder }, freeBytes]),
  });
  addGauge(registry, {
    name: 'disk_size_bytes',
    help: 'Size of the disk that holds a folder.',
    labelNames: ['folder'],
    read: () => watch.disks().map(({ folder, sizeBytes }) => [{ folder }, sizeBytes]),
  });
}

const one = (value: number): Sample[] => [[{}, value]];

function addCounter(registry: Registry, { name, help, labelNames = [], read }: Figure): void {
  new Counter({
    ...{ name: `tangram_gateway_${name}`, help, labelNames, registers: [registry] },
    collect() {
      this.reset();
      for (const [labels, value] of read()) this.inc(labels, value);
    },
  });
}

function addGauge(registry: Registry, { name, help, labelNames = [], read }: Figure): void {
  new Gauge({
    ...{ name: `tangram_gateway_${name}`, help, labelNames, registers: [registry] },
    collect() {
      this.reset();
      for (const [labels, value] of read()) this.set(labels, value);
    },
  });
}
