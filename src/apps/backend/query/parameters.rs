//! `GET /api/v1/parameters`: the measured quantities and their units.

use axum::Json;
use seasense::apps::shared::parameter;
use serde::Serialize;
use utoipa::ToSchema;

use crate::extract::{NoParams, Query};
use crate::problem::Problem;

/// The measured quantities.
#[derive(Debug, Serialize, ToSchema)]
pub struct Parameters {
    /// Every parameter.
    parameters: Vec<Parameter>,
}

/// One measured quantity.
#[derive(Debug, Serialize, ToSchema)]
pub struct Parameter {
    /// CF standard name.
    #[schema(example = "sea_water_temperature")]
    name: &'static str,
    /// Display name.
    label: &'static str,
    /// Unit of all its values; `1` means dimensionless.
    #[schema(example = "degC")]
    unit: &'static str,
}

/// Lists the measured quantities.
#[utoipa::path(
    get, path = "/api/v1/parameters", tag = "data", operation_id = "getParameters",
    responses(
        (status = 200, description = "Every parameter", body = Parameters),
        (status = 422, description = "The query has an unknown parameter", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn get(Query(NoParams {}): Query<NoParams>) -> Json<Parameters> {
    let parameter = |p: &parameter::Parameter| Parameter { name: p.name, label: p.label, unit: p.unit };
    Json(Parameters { parameters: parameter::ALL.iter().map(parameter).collect() })
}
