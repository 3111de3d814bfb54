// The coastline: Natural Earth at 1:50 million, part of the page, so that no tile server is needed.
import { feature } from "topojson-client";
import type { GeometryCollection, Topology } from "topojson-specification";
import landAddress from "world-atlas/land-50m.json?url";

/** All land as polygons. */
export type Land = GeoJSON.FeatureCollection;

/** Fetches the coastline from the page's server. */
export async function loadLand(): Promise<Land> {
  const answer = await fetch(landAddress);
  if (!answer.ok) throw new Error(`the coastline could not be loaded: ${answer.status}`);
  const topology = (await answer.json()) as Topology<{ land: GeometryCollection }>;
  return feature(topology, topology.objects.land);
}
