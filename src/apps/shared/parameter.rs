//! The quantities that a buoy measures: CF standard names, units, and valid ranges.

/// One measured quantity.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Parameter {
    /// Key in the database; never reused.
    pub id: i16,
    /// CF standard name.
    pub name: &'static str,
    /// Display name.
    pub label: &'static str,
    /// Unit of every value; `1` means dimensionless.
    pub unit: &'static str,
    /// Smallest value that is physically possible at sea.
    pub minimum: f64,
    /// Largest value that is physically possible at sea.
    pub maximum: f64,
}

/// Water temperature, degrees Celsius.
pub const TEMPERATURE: Parameter = Parameter {
    id: 1,
    name: "sea_water_temperature",
    label: "Water temperature",
    unit: "degC",
    // The minimum is below the freezing point of the saltiest water; the hottest shallow lagoons are below 45.
    minimum: -3.0,
    maximum: 45.0,
};

/// Practical salinity (PSS-78), dimensionless.
pub const SALINITY: Parameter = Parameter {
    id: 2,
    name: "sea_water_practical_salinity",
    label: "Salinity",
    unit: "1",
    minimum: 0.0,
    maximum: 50.0,
};

/// Dissolved oxygen, micromoles per kilogram of sea water.
pub const OXYGEN: Parameter = Parameter {
    id: 3,
    name: "moles_of_oxygen_per_unit_mass_in_sea_water",
    label: "Dissolved oxygen",
    unit: "umol/kg",
    minimum: 0.0,
    maximum: 1000.0,
};

/// pH on the total scale, dimensionless.
pub const PH: Parameter = Parameter {
    id: 4,
    name: "sea_water_ph_reported_on_total_scale",
    label: "pH (total scale)",
    unit: "1",
    minimum: 5.0,
    maximum: 10.0,
};

/// All parameters, in the order of their ids.
pub const ALL: [Parameter; 4] = [TEMPERATURE, SALINITY, OXYGEN, PH];

/// Returns the parameter with this CF name.
pub fn by_name(name: &str) -> Option<&'static Parameter> {
    ALL.iter().find(|parameter| parameter.name == name)
}

/// Returns the parameter with this key.
pub fn by_id(id: i16) -> Option<&'static Parameter> {
    ALL.iter().find(|parameter| parameter.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_parameter_is_found_by_name_and_id() {
        for parameter in &ALL {
            assert_eq!(by_name(parameter.name), Some(parameter));
            assert_eq!(by_id(parameter.id), Some(parameter));
            assert!(parameter.minimum < parameter.maximum);
        }
        assert_eq!(by_name("air_temperature"), None);
    }
}
