// A small simulated fleet with the API's responses, a pure function of the time, for developing the page and testing its
// test without a platform.

const REPORT_MS = 2_000;
const THREE_DAYS_MS = 3 * 86_400_000;

const PLACES = [
  [46.0, -6.2], [49.3, -5.3], [50.0, -9.1], [41.7, 5.4], [43.3, 8.2], [38.0, 5.2],
  [39.9, 11.7], [46.4, -5.1], [49.1, -5.8], [42.0, 6.0], [45.4, -6.9], [49.8, -8.4],
];
const NAMES = ["Ariel", "Bénodet", "Cormoran", "Dundee", "Étoile", "Fulmar", "Goéland", "Hermine", "Iroise", "Jonathan",
  "Kerguelen", "Lorient"];

/** The measured quantities. */
export const PARAMETERS = [
  { name: "moles_of_oxygen_per_unit_mass_in_sea_water", label: "Dissolved oxygen", unit: "umol/kg" },
  { name: "sea_water_ph_reported_on_total_scale", label: "pH (total scale)", unit: "1" },
  { name: "sea_water_practical_salinity", label: "Practical salinity", unit: "1" },
  { name: "sea_water_temperature", label: "Sea water temperature", unit: "degC" },
];

const wave = (t, hours, phase) => Math.sin((t / 3_600_000 / hours) * 2 * Math.PI + phase);

/** Repeatable noise between -1 and 1. */
const noise = (t, seed) => {
  const x = Math.sin(Math.floor(t / REPORT_MS) * 12.9898 + seed * 78.233) * 43_758.5453;
  return 2 * (x - Math.floor(x)) - 1;
};

const idOf = (index) => `buoy-${String(index + 1).padStart(3, "0")}`;

/** A fleet of `size` buoys that have sent for `pastMs`; the last but one has stopped, the last has never sent. */
export class Fleet {
  constructor(size, now, pastMs = THREE_DAYS_MS) {
    this.ids = Array.from({ length: size }, (_, index) => idOf(index));
    this.start = now - pastMs;
    this.silentSince = now - pastMs / 36;
  }

  /** Returns the time of a buoy's newest reading, or `undefined`. */
  lastReport(index, now) {
    if (index === this.ids.length - 1) return undefined;
    const last = index === this.ids.length - 2 ? Math.min(now, this.silentSince) : now;
    return last - (last % REPORT_MS) - index * 90;
  }

  position(index, t) {
    const [latitude, longitude] = PLACES[index % PLACES.length];
    const drift = (t - this.start) / THREE_DAYS_MS;
    return [
      latitude + 0.16 * wave(t, 12.42, index) * drift + 0.28 * drift * Math.sin(index),
      longitude + 0.22 * wave(t, 24.8, index + 1) * drift + 0.5 * drift * Math.cos(index * 2),
    ];
  }

  values(index, t) {
    return {
      moles_of_oxygen_per_unit_mass_in_sea_water: 248 + index + 4 * wave(t, 24, 1) + 0.4 * noise(t, index + 30),
      sea_water_ph_reported_on_total_scale: 8.06 + 0.02 * wave(t, 24, 2) + 0.002 * noise(t, index + 40),
      sea_water_practical_salinity: 35.2 - 0.06 * index + 0.05 * wave(t, 12.42, index) + 0.01 * noise(t, index + 20),
      sea_water_temperature: 13.2 + 0.35 * index + 0.8 * wave(t, 24, index / 3) + 0.05 * noise(t, index + 10),
    };
  }

  buoys(now) {
    return this.ids.map((id, index) => {
      const last = this.lastReport(index, now);
      return {
        id,
        name: NAMES[index] ?? id,
        first_seen: last === undefined ? null : new Date(this.start).toISOString(),
        last_seen: last === undefined ? null : new Date(last).toISOString(),
      };
    });
  }

  latest(now) {
    return this.ids.flatMap((buoy, index) => {
      const t = this.lastReport(index, now);
      if (t === undefined) return [];
      const [latitude, longitude] = this.position(index, t);
      const observed_at = new Date(t).toISOString();
      return [{ buoy, observed_at, received_at: new Date(t + 80).toISOString(), latitude, longitude, values: this.values(index, t) }];
    });
  }

  series(index, parameter, from, to, bucketS) {
    const end = Math.min(to, this.lastReport(index, to) ?? -Infinity);
    const points = [];
    const first = Math.floor(Math.max(from, this.start) / (bucketS * 1000)) * bucketS * 1000;
    for (let t = first; t <= end; t += bucketS * 1000) {
      const samples = Array.from({ length: 12 }, (_, n) => this.values(index, t + (n * bucketS * 1000) / 12)[parameter]);
      points.push({
        t: new Date(t).toISOString(),
        avg: samples.reduce((a, b) => a + b) / samples.length,
        min: Math.min(...samples),
        max: Math.max(...samples),
        count: samples.length,
      });
    }
    return points;
  }

  tracks(from, to) {
    return this.ids.flatMap((buoy, index) => {
      const end = this.lastReport(index, to);
      if (end === undefined || end < from) return [];
      const begin = Math.max(from, this.start);
      const coordinates = Array.from({ length: 80 }, (_, n) => this.position(index, begin + ((end - begin) * n) / 79).reverse());
      return [{ type: "Feature", properties: { buoy, name: NAMES[index] ?? buoy, points: 80 }, geometry: { type: "LineString", coordinates } }];
    });
  }
}
