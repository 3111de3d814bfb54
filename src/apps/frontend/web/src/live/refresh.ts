// The requests of each polling round, and their intervals.
import * as api from "../api/client";
import { inUsualOrder } from "../domain/parameters";
import { hasUnknownBuoy, indexTracks, mergeLatest, sortBuoys } from "./merge";
import { serverNow, type Store } from "./state";

const CATALOGUE_MS = 60_000;
const SUMMARY_MS = 10_000;
const TRACKS_MS = 30_000;

/** Fetches the resources, the slower ones at longer intervals. */
export class Refresh {
  #catalogueAt = -Infinity;
  #summaryAt = -Infinity;
  #tracksAt = -Infinity;
  #tracksRange = "";

  constructor(private readonly store: Store) {}

  /** Runs one round: the latest readings always, other resources when due. Rejects with the first error. */
  async round(now: number): Promise<void> {
    const latest = await api.fetchLatest();
    this.store.update(mergeLatest(this.store.state, latest, Date.now()));
    await Promise.all([this.#catalogue(now), this.#summary(now), this.#tracks(now)]);
  }

  async #catalogue(now: number): Promise<void> {
    if (now - this.#catalogueAt < CATALOGUE_MS && !hasUnknownBuoy(this.store.state)) return;
    const [{ buoys }, { parameters }] = await Promise.all([api.fetchBuoys(), api.fetchParameters()]);
    const { selected, colourBy } = this.store.state;
    const sorted = sortBuoys(buoys);
    const ordered = inUsualOrder(parameters);
    this.store.update({
      buoys: sorted,
      parameters: ordered,
      selected: sorted.some(({ id }) => id === selected) ? selected : this.#firstWithReading(sorted),
      colourBy: ordered.some(({ name }) => name === colourBy) ? colourBy : ordered[0]?.name,
    });
    this.#catalogueAt = now;
  }

  #firstWithReading(buoys: readonly { id: string }[]): string | undefined {
    return (buoys.find(({ id }) => this.store.state.readings.has(id)) ?? buoys[0])?.id;
  }

  async #summary(now: number): Promise<void> {
    if (now - this.#summaryAt < SUMMARY_MS) return;
    this.store.update({ summary: await api.fetchSummary() });
    this.#summaryAt = now;
  }

  async #tracks(now: number): Promise<void> {
    const { range } = this.store.state;
    if (now - this.#tracksAt < TRACKS_MS && this.#tracksRange === range.id) return;
    const tracks = await api.fetchTracks(range, serverNow(this.store.state));
    this.store.update({ tracks: indexTracks(tracks) });
    this.#tracksAt = now;
    this.#tracksRange = range.id;
  }
}
