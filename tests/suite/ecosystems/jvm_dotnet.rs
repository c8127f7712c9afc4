//! Maven, Gradle and NuGet.

use super::{expect, report};

#[test]
fn maven_with_properties_management_parents_and_plugins() {
    let pom = |version: &str, more: &str| {
        format!(
            "<?xml version=\"1.0\"?>\n<!-- x -->\n<project>\n  <parent><groupId>p</groupId><artifactId>q</artifactId><version>1</version></parent>\n  <properties>\n    <a.version>{version}</a.version>\n  </properties>\n  <dependencies>\n    <dependency>\n      <groupId>g</groupId>\n      <artifactId>a</artifactId>\n      <version>${{a.version}}</version>\n    </dependency>\n{more}  </dependencies>\n</project>\n"
        )
    };
    let test = "    <dependency>\n      <groupId>junit</groupId>\n      <artifactId>junit</artifactId>\n      <scope>test</scope>\n    </dependency>\n";
    expect(
        "pom.xml",
        &pom("1.9.0", ""),
        &pom("1.10.0", test),
        &["upgraded maven g:a 1.9.0 -> 1.10.0 @12", "added maven junit:junit - -> managed @16 dev"],
    );
    let place = "<project>\n  <repositories><repository><url>http://repo.example/m2</url></repository></repositories>\n</project>\n";
    let found = report("pom.xml", "<project/>\n", place);
    assert!(found.findings.iter().any(|finding| finding.rule.0 == "dependency-new-source"), "{:?}", found.findings);
}

#[test]
fn gradle_in_both_languages_catalogs_and_locks() {
    let before = "plugins {\n    id 'java'\n}\ndependencies {\n    implementation 'g:a:1.0'\n    testImplementation \"j:u:4.12\"\n}\n";
    let after = "plugins {\n    id(\"org.x\") version \"2.0\"\n}\n// implementation 'no:no:1'\ndependencies {\n    implementation(platform(\"g:bom:3\"))\n    implementation group: 'g', name: 'a', version: '1.1'\n    testImplementation(\"j:u:4.13\")\n    implementation(project(\":x\"))\n    classpath(\"b:t\")\n}\n";
    expect(
        "app/build.gradle",
        before,
        after,
        &[
            "added maven b:t - -> managed @10 build",
            "upgraded maven g:a 1.0 -> 1.1 @7",
            "added maven g:bom - -> 3 @6",
            "upgraded maven j:u 4.12 -> 4.13 @8 dev",
            "added maven org.x - -> 2.0 @2 build",
        ],
    );
    expect(
        "gradle/libs.versions.toml",
        "[versions]\nk = \"1.0\"\n[libraries]\nk = { module = \"g:k\", version.ref = \"k\" }\n",
        "[versions]\nk = \"1.1\"\n[libraries]\nk = { module = \"g:k\", version.ref = \"k\" }\nz = \"g:z:2\"\n",
        &["upgraded maven g:k 1.0 -> 1.1 @2", "added maven g:z - -> 2 @5"],
    );
    expect(
        "gradle.lockfile",
        "# generated\ng:a:1.0=compileClasspath\nempty=\n",
        "# generated\ng:a:1.1=compileClasspath\nempty=\n",
        &["upgraded maven g:a 1.0 -> 1.1 @2"],
    );
}

#[test]
fn nuget_in_its_forms() {
    expect(
        "src/App.csproj",
        "<Project>\n  <ItemGroup>\n    <PackageReference Include=\"A.B\" Version=\"1.0.0\" />\n  </ItemGroup>\n</Project>\n",
        "<Project>\n  <PropertyGroup><V>1.2.0</V></PropertyGroup>\n  <ItemGroup>\n    <PackageReference Include=\"A.B\" Version=\"$(V)\" />\n    <PackageReference Include=\"C\"><Version>1.*</Version><PrivateAssets>all</PrivateAssets></PackageReference>\n  </ItemGroup>\n</Project>\n",
        &["upgraded nuget a.b 1.0.0 -> 1.2.0 @4", "added nuget c - -> 1.* @5 dev"],
    );
    expect(
        "packages.config",
        "<packages>\n  <package id=\"X\" version=\"2.0\" />\n</packages>\n",
        "<packages>\n  <package id=\"X\" version=\"1.0\" />\n</packages>\n",
        &["downgraded nuget x 2.0 -> 1.0 @2"],
    );
    let lock = |sum: &str, more: &str| {
        format!(
            "{{\n  \"version\": 1,\n  \"dependencies\": {{\n    \"net8.0\": {{\n      \"A\": {{\n        \"type\": \"Direct\", \"resolved\": \"1.0.0\", \"contentHash\": \"{sum}\"{more}\n      }}\n    }}\n  }}\n}}\n"
        )
    };
    expect("packages.lock.json", &lock("x", ""), &lock("y", ""), &["hash-changed nuget a 1.0.0 -> 1.0.0 @6"]);
}
