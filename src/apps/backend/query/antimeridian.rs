//! Cuts a line at the antimeridian, as RFC 7946 section 3.1.9 asks. Pure.

use serde::Serialize;
use utoipa::ToSchema;

/// Longitude and latitude, degrees.
type Position = [f64; 2];

/// A `GeoJSON` line, in parts where it crosses the antimeridian.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(tag = "type", content = "coordinates")]
pub enum Geometry {
    /// Longitude and latitude in degrees, oldest first; thinned evenly to about 500, always with the newest.
    LineString(Vec<[f64; 2]>),
    /// The parts of a line that crosses the antimeridian, oldest first. A part ends at longitude 180 or -180, and
    /// the next one continues on the other side at the same, interpolated, latitude.
    MultiLineString(Vec<Vec<[f64; 2]>>),
}

impl Geometry {
    /// Creates the geometry of a line along these positions, each connected with the next on the shorter way.
    pub fn of(positions: &[Position]) -> Self {
        let mut parts: Vec<Vec<Position>> = vec![Vec::new()];
        for (index, position) in positions.iter().enumerate() {
            let crossing = index.checked_sub(1).and_then(|before| crossing(positions[before], *position));
            if let Some((side, latitude)) = crossing {
                extend(&mut parts, [side, latitude]);
                parts.push(vec![[-side, latitude]]);
            }
            extend(&mut parts, *position);
        }
        // A line that only touches the antimeridian leaves a part of one point there.
        let mut lines: Vec<_> = parts.into_iter().filter(|part| part.len() > 1).collect();
        match lines.len() {
            0 => Self::LineString(positions.to_vec()),
            1 => Self::LineString(lines.remove(0)),
            _ => Self::MultiLineString(lines),
        }
    }
}

/// Adds a position to the last part, unless the part ends there: a cut may fall on a measured position.
fn extend(parts: &mut [Vec<Position>], position: Position) {
    if let Some(part) = parts.last_mut() {
        let is_cut = position[0].abs() >= 180.0 && part.last() == Some(&position);
        if !is_cut {
            part.push(position);
        }
    }
}

/// Returns where the shorter way between two positions crosses the antimeridian: the longitude on the side of
/// the first position, and the latitude.
fn crossing([from, from_latitude]: Position, [to, to_latitude]: Position) -> Option<(f64, f64)> {
    if (to - from).abs() <= 180.0 {
        return None;
    }
    let side = 180.0_f64.copysign(from);
    let (before, length) = (side - from, to + 2.0 * side - from);
    let share = if length == 0.0 { 0.0 } else { before / length };
    Some((side, from_latitude + share * (to_latitude - from_latitude)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn line_that_stays_on_one_side_is_not_cut() {
        let line = vec![[-5.0, 48.0], [0.0, 49.0], [5.0, 50.0]];
        assert_eq!(Geometry::of(&line), Geometry::LineString(line));
        let touching = vec![[179.0, 0.0], [180.0, 1.0], [179.0, 2.0]];
        assert_eq!(Geometry::of(&touching), Geometry::LineString(touching));
    }

    #[test]
    fn line_across_the_antimeridian_is_cut_in_both_directions() {
        let east = Geometry::of(&[[178.0, 10.0], [-178.0, 14.0], [-177.0, 14.0]]);
        let parts =
            vec![vec![[178.0, 10.0], [180.0, 12.0]], vec![[-180.0, 12.0], [-178.0, 14.0], [-177.0, 14.0]]];
        assert_eq!(east, Geometry::MultiLineString(parts));
        let west = Geometry::of(&[[-179.0, 0.0], [177.0, 4.0]]);
        let parts = vec![vec![[-179.0, 0.0], [-180.0, 1.0]], vec![[180.0, 1.0], [177.0, 4.0]]];
        assert_eq!(west, Geometry::MultiLineString(parts));
    }

    #[test]
    fn position_on_the_antimeridian_is_not_doubled() {
        let through = Geometry::of(&[[179.0, 0.0], [180.0, 1.0], [-179.0, 2.0]]);
        let parts = vec![vec![[179.0, 0.0], [180.0, 1.0]], vec![[-180.0, 1.0], [-179.0, 2.0]]];
        assert_eq!(through, Geometry::MultiLineString(parts));
        let arriving = Geometry::of(&[[179.0, 0.0], [-180.0, 1.0]]);
        assert_eq!(arriving, Geometry::LineString(vec![[179.0, 0.0], [180.0, 1.0]]));
        let resting = Geometry::of(&[[180.0, 1.0], [-180.0, 1.0]]);
        assert_eq!(resting, Geometry::LineString(vec![[180.0, 1.0], [-180.0, 1.0]]));
    }

    #[test]
    fn geometry_has_the_members_of_geojson() {
        let json = serde_json::to_value(Geometry::of(&[[179.0, 0.0], [-179.0, 0.0]])).unwrap();
        assert_eq!(json["type"], "MultiLineString");
        assert_eq!(json["coordinates"][1], serde_json::json!([[-180.0, 0.0], [-179.0, 0.0]]));
    }

    proptest! {
        /// No part crosses, and the measured positions stay in order.
        #[test]
        fn no_part_spans_more_than_half_the_globe(
            line in proptest::collection::vec((-180.0..180.0_f64, -80.0..80.0_f64), 2..20)
        ) {
            let positions: Vec<Position> = line.into_iter().map(<[f64; 2]>::from).collect();
            let parts = match Geometry::of(&positions) {
                Geometry::LineString(part) => vec![part],
                Geometry::MultiLineString(parts) => parts,
            };
            for part in &parts {
                prop_assert!(part.len() >= 2);
                prop_assert!(part.windows(2).all(|pair| (pair[0][0] - pair[1][0]).abs() <= 180.0), "{part:?}");
            }
            let kept: Vec<Position> = parts.concat().into_iter().filter(|p| p[0].abs() < 180.0).collect();
            let measured: Vec<Position> = positions.into_iter().filter(|p| p[0].abs() < 180.0).collect();
            prop_assert_eq!(kept, measured);
        }
    }
}
