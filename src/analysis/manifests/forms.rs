//! Every form of manifest and lock file that is read, and which one a path has.

use super::format::Format;
use super::{cargo, composer, conda, dart, gem, golang, hex, maven, npm, nuget, pypi, swift, tools};
use crate::analysis::role::fold;

/// The first that fits a path is its form.
const FORMS: [&dyn Format; 51] = [
    &cargo::CargoToml,
    &cargo::CargoLock,
    &npm::PackageJson,
    &npm::lock::PackageLock,
    &npm::yarn::YarnLock,
    &npm::pnpm::PnpmLock,
    &npm::pnpm::PnpmWorkspace,
    &npm::bun::BunLock,
    &npm::deno::DenoJson,
    &npm::deno::DenoLock,
    &tools::helm::ChartLock,
    &pypi::requirements::RequirementsLock,
    &pypi::requirements::Requirements,
    &pypi::pyproject::Pyproject,
    &pypi::lock::PythonLock,
    &pypi::pipfile::Pipfile,
    &pypi::pipfile::PipfileLock,
    &pypi::pylock::Pylock,
    &pypi::setup::SetupPy,
    &pypi::setup::SetupCfg,
    &conda::Environment,
    &golang::GoMod,
    &golang::GoWork,
    &golang::GoSum,
    &maven::Pom,
    &maven::gradle::GradleBuild,
    &maven::gradle::GradleLock,
    &maven::catalog::Catalog,
    &gem::lock::GemfileLock,
    &gem::Gemfile,
    &gem::Gemspec,
    &composer::ComposerJson,
    &composer::ComposerLock,
    &nuget::NugetXml,
    &nuget::lock::NugetLock,
    &swift::PackageSwift,
    &swift::PackageResolved,
    &dart::Pubspec,
    &dart::PubspecLock,
    &hex::MixExs,
    &hex::MixLock,
    &hex::RebarConfig,
    &hex::RebarLock,
    &tools::actions::Actions,
    &tools::docker::Dockerfile,
    &tools::docker::Compose,
    &tools::helm::Chart,
    &tools::terraform::TerraformFile,
    &tools::terraform::TerraformLock,
    &tools::precommit::PreCommit,
    &tools::mcp::Servers,
];

/// The form of the file at `path`; `None` when it is neither manifest nor lock file.
#[must_use]
pub fn of(path: &str) -> Option<&'static dyn Format> {
    let path = format!("/{}", fold(path));
    let name = path.rsplit('/').next().unwrap_or("");
    FORMS.into_iter().find(|format| format.fits(&path, name))
}
