//! Places: WGS-84 as satellites have it, GCJ-02 as Chinese maps have it, and how far two points are apart.
//!
//! The two frames lie about 500 metres apart: whoever mixes them up refuses people who stand in the room. Everything is kept in
//! WGS-84 and converted where it comes in.

use zhibu_core::{Error, Result};

/// Mean radius of the earth in metres.
const EARTH: f64 = 6_371_008.8;
/// Half axis and eccentricity that GCJ-02 is computed with.
const AXIS: f64 = 6_378_245.0;
const ECCENTRICITY: f64 = 0.006_693_421_622_965_943;
/// A phone that does not know better where it is says nothing about a room, in metres.
const WORST: f64 = 100.0;

/// Which frame coordinates are in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, async_graphql::Enum)]
pub enum GeoFrame {
    /// WGS-84, 天地图 (CGCS2000)
    Wgs84,
    /// GCJ-02: 高德, 腾讯
    Gcj02,
}

/// A point in degrees, WGS-84.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// North of the equator.
    pub latitude: f64,
    /// East of Greenwich.
    pub longitude: f64,
}

/// Where a phone says it is.
#[derive(Debug, Clone, Copy)]
pub struct Fix {
    /// Where, in WGS-84.
    pub point: Point,
    /// Within how many metres.
    pub accuracy: f64,
}

/// Reads coordinates of a frame.
pub fn point(latitude: f64, longitude: f64, frame: GeoFrame) -> Result<Point> {
    if !(-90.0..=90.0).contains(&latitude) {
        return Err(Error::invalid("latitude", "纬度不正确"));
    }
    if !(-180.0..=180.0).contains(&longitude) {
        return Err(Error::invalid("longitude", "经度不正确"));
    }
    let given = Point { latitude, longitude };
    Ok(match frame {
        GeoFrame::Wgs84 => given,
        GeoFrame::Gcj02 => from_gcj02(given),
    })
}

/// Refuses what a phone does not know well enough, or says that it made up.
pub fn fix(point: Point, accuracy: f64, mock: bool) -> Result<Fix> {
    if mock {
        return Err(Error::refuse("PLACE_MOCKED", "检测到模拟定位，不能签到，请关闭后重试").at("mock"));
    }
    if !(0.0..=WORST).contains(&accuracy) {
        return Err(
            Error::refuse("PLACE_INEXACT", "定位误差过大，请到窗边或打开精确定位后重试，也可扫码签到").at("accuracy")
        );
    }
    Ok(Fix { point, accuracy })
}

/// Metres between two points.
pub fn distance(a: Point, b: Point) -> f64 {
    let (la, lb) = (a.latitude.to_radians(), b.latitude.to_radians());
    let across = ((lb - la) / 2.0).sin().powi(2)
        + la.cos() * lb.cos() * ((b.longitude - a.longitude).to_radians() / 2.0).sin().powi(2);
    2.0 * EARTH * across.sqrt().asin()
}

fn outside(point: Point) -> bool {
    !(72.004..=137.8347).contains(&point.longitude) || !(0.8293..=55.8271).contains(&point.latitude)
}

/// The same place as Chinese maps have it.
pub fn to_gcj02(point: Point) -> Point {
    if outside(point) {
        return point;
    }
    let (x, y) = (point.longitude - 105.0, point.latitude - 35.0);
    let pi = std::f64::consts::PI;
    let waves = (20.0 * (6.0 * x * pi).sin() + 20.0 * (2.0 * x * pi).sin()) * 2.0 / 3.0;
    let north = -100.0
        + 2.0 * x
        + 3.0 * y
        + 0.2 * y * y
        + 0.1 * x * y
        + 0.2 * x.abs().sqrt()
        + waves
        + (20.0 * (y * pi).sin() + 40.0 * (y / 3.0 * pi).sin()) * 2.0 / 3.0
        + (160.0 * (y / 12.0 * pi).sin() + 320.0 * (y * pi / 30.0).sin()) * 2.0 / 3.0;
    let east = 300.0
        + x
        + 2.0 * y
        + 0.1 * x * x
        + 0.1 * x * y
        + 0.1 * x.abs().sqrt()
        + waves
        + (20.0 * (x * pi).sin() + 40.0 * (x / 3.0 * pi).sin()) * 2.0 / 3.0
        + (150.0 * (x / 12.0 * pi).sin() + 300.0 * (x / 30.0 * pi).sin()) * 2.0 / 3.0;
    let radians = point.latitude.to_radians();
    let magic = 1.0 - ECCENTRICITY * radians.sin().powi(2);
    let root = magic.sqrt();
    Point {
        latitude: point.latitude + north * 180.0 / ((AXIS * (1.0 - ECCENTRICITY)) / (magic * root) * pi),
        longitude: point.longitude + east * 180.0 / (AXIS / root * radians.cos() * pi),
    }
}

/// The way back, by approximation: two rounds leave less than a metre.
fn from_gcj02(point: Point) -> Point {
    let back = |guess: Point| {
        let there = to_gcj02(guess);
        Point {
            latitude: guess.latitude + point.latitude - there.latitude,
            longitude: guess.longitude + point.longitude - there.longitude,
        }
    };
    back(back(point))
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn pair(value: &Value) -> Point {
        match value.get("lat") {
            Some(lat) => Point { latitude: lat.as_f64().unwrap(), longitude: value["lng"].as_f64().unwrap() },
            None => Point { latitude: value[0].as_f64().unwrap(), longitude: value[1].as_f64().unwrap() },
        }
    }

    #[test]
    fn m_2_1_places_are_converted_and_measured_as_the_vectors_say() {
        let suite: Value = serde_json::from_str(include_str!("../../vectors/maps_geo.json")).unwrap();
        let (mut turned, mut measured) = (0, 0);
        for case in suite["cases"].as_array().unwrap() {
            let (input, expect) = (&case["input"], &case["expect"]);
            match case["kind"].as_str().unwrap() {
                "wgs84_to_gcj02" => {
                    let (there, wanted) = (to_gcj02(pair(input)), pair(expect));
                    assert!(distance(there, wanted) < 0.2, "{case}");
                    assert!((distance(pair(input), there) - expect["shift_m"].as_f64().unwrap()).abs() < 0.2, "{case}");
                    let back = point(there.latitude, there.longitude, GeoFrame::Gcj02).unwrap();
                    assert!(distance(back, pair(input)) < 0.5, "{case}");
                    turned += 1;
                }
                "haversine" => {
                    let metres = distance(pair(&input["a"]), pair(&input["b"]));
                    assert!((metres - expect["metres"].as_f64().unwrap()).abs() < 0.01, "{metres} {case}");
                    measured += 1;
                }
                _ => {}
            }
        }
        assert!(turned >= 6 && measured >= 3, "{turned} {measured}");
    }

    #[test]
    fn m_2_1_a_phone_that_does_not_know_where_it_is_signs_nobody_in() {
        let here = point(32.0, 118.0, GeoFrame::Wgs84).unwrap();
        assert!(fix(here, 100.0, false).is_ok());
        assert_eq!(fix(here, 101.0, false).unwrap_err().code, "PLACE_INEXACT");
        assert_eq!(fix(here, -1.0, false).unwrap_err().code, "PLACE_INEXACT");
        assert_eq!(fix(here, f64::NAN, false).unwrap_err().code, "PLACE_INEXACT");
        assert_eq!(fix(here, 5.0, true).unwrap_err().code, "PLACE_MOCKED");
        assert_eq!(point(91.0, 0.0, GeoFrame::Wgs84).unwrap_err().field.as_deref(), Some("latitude"));
        assert_eq!(point(f64::NAN, 0.0, GeoFrame::Wgs84).unwrap_err().field.as_deref(), Some("latitude"));
        assert_eq!(point(0.0, 181.0, GeoFrame::Gcj02).unwrap_err().field.as_deref(), Some("longitude"));
    }
}
