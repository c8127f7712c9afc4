//! `surface-added`: what others can reach for the first time: routes, ports, consumers, schedules, privileges, roles. One note for each kind.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use rayon::prelude::*;

use crate::analysis::check::{ChangeView, Check, Draft, Sink};
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::Needs;
use crate::analysis::role::{Role, fold};
use crate::model::diff::{FileDiff, FileStatus};
use crate::model::rule::{RuleId, Severity};

/// One kind of surface.
struct Kind {
    /// What one of it is called, and several.
    called: [&'static str; 2],
    /// The line that brings one in; its first group that took part is its name.
    pattern: Pattern,
    /// The same, as it is written.
    source: &'static str,
    /// The files it is looked for in.
    fits: fn(Language, &str) -> bool,
}

const fn kind(called: [&'static str; 2], pattern: &'static str, fits: fn(Language, &str) -> bool) -> Kind {
    Kind { called, pattern: Pattern::new(pattern), source: pattern, fits }
}

fn code(language: Language, _: &str) -> bool {
    language.is_code()
}

fn settings(language: Language, _: &str) -> bool {
    matches!(language, Language::Yaml | Language::Json | Language::Toml | Language::Hcl | Language::Dockerfile)
}

fn any(_: Language, _: &str) -> bool {
    true
}

static KINDS: LazyLock<[Kind; 13]> = LazyLock::new(|| {
    [
        kind(
            ["route", "routes"],
            r#"(?x) ^\s*@(?:[\w.]+\.)?(?:route|get|post|put|patch|delete|websocket|api_route)\(\s*["']([^"']*)["'] | \b(?:app|router|server|api|fastify|routes?|r|e|g|mux|http|group|web|engine|v\d)\.(?:get|post|put|patch|delete|all|GET|POST|PUT|PATCH|DELETE|Any|Handle|HandleFunc|handle|ws)\(\s*["'`](/[^"'`]*)["'`]\s*,
            | @(?:Get|Post|Put|Delete|Patch|Request)Mapping\(\s*(?:(?:value|path)\s*=\s*)?\{?\s*"([^"]*)" | ^\s*@Path\(\s*"([^"]*)" | \bRoute::(?:get|post|put|patch|delete|any|match|resource|apiResource)\(\s*['"]([^'"]*)['"]
            | \[Http(?:Get|Post|Put|Delete|Patch)(?:\(\s*"([^"]*)")? | \.Map(?:Get|Post|Put|Delete|Patch)\(\s*"([^"]*)" | ^\s*\#\[(?:get|post|put|patch|delete)\(\s*"([^"]*)" | \.route\(\s*"(/[^"]*)"\s*,
            | ^\s*@(?:Get|Post|Put|Patch|Delete|All)\(\s*['"`]([^'"`]*)['"`] | \b(?:svr|srv|\w*[sS]erver_?|app)(?:\.|->)(?:Get|Post|Put|Patch|Delete|Options)\(\s*R?"([^"]*)" | \b(?:CROW_ROUTE|ADD_METHOD_TO|METHOD_ADD)\(\s*[\w:]+\s*,\s*"([^"]*)" | \$(?:app|group|router)->(?:get|post|put|patch|delete|any)\(\s*['"]([^'"]*)['"]"#,
            code,
        ),
        kind(
            ["address of every network to listen on", "addresses of every network to listen on"],
            r#"["'`](0\.0\.0\.0|\[::\])(?::\d+)?["'`]|\b(INADDR_ANY|in6addr_any|IPAddress\.(?:IPv6)?Any|Ipv[46]Addr::UNSPECIFIED)\b"#,
            code,
        ),
        kind(
            ["opening for pages of every site", "openings for pages of every site"],
            r#"\b(anyHost)\s*\(\s*\)|\b(AllowAnyOrigin)\s*\(\s*\)|\ballow_origins\s*=\s*\[\s*["'](\*)["']|Access-Control-Allow-Origin["'`]?\s*[,:]\s*["'`](\*)["'`]|\ballowedOrigins\s*\(\s*"(\*)""#,
            code,
        ),
        kind(
            ["page of management that anybody may ask for", "pages of management that anybody may ask for"],
            r#"["'](/?(?:actuator|management|admin|internal|metrics|debug)/\*\*?)["'][\s,)]*\.?permitAll\b"#,
            code,
        ),
        kind(
            ["route", "routes"],
            r#"^\s*(?:get|post|put|patch|delete|match|resources?)\s+['":]+([\w/:.*()-]+)|^\s*(?:re_)?path\(\s*r?['"]([^'"]*)['"]"#,
            |_, path| path.ends_with("routes.rb") || path.ends_with("urls.py") || path.contains("/config/routes/"),
        ),
        kind(["remote procedure", "remote procedures"], r"^\s*rpc\s+(\w+)\s*\(", |_, path| path.ends_with(".proto")),
        kind(
            ["mutation or query of GraphQL", "mutations or queries of GraphQL"],
            r#"@(?:Mutation|Query|Subscription)\(.*|@strawberry\.(?:mutation|subscription)\b|\bfield\s+:(\w+),\s*mutation:|#\[(?:Mutation|Query)\]"#,
            code,
        ),
        kind(
            ["open port", "open ports"],
            r#"(?x)^\s*EXPOSE\s+([\d\s/a-z-]+) | ^\s*-\s*["']?((?:[\d.]+:)?\d{2,5}:\d{2,5}(?:/\w+)?)["']?\s*$ | ^\s*(?:-\s*)?(?:containerPort|nodePort|hostPort):\s*(\d+) | \b(?:ListenAndServe(?:TLS)?|net\.Listen)\(\s*("[^"]*"(?:,\s*"[^"]*")?) | \bTcpListener::bind\(\s*([^)]+)\)
            | \bnew\s+ServerSocket\(\s*([^)]*)\) | \.bind\(\s*(\(\s*['"][^'"]*['"]\s*,\s*\w+\s*\)) | \.listen\(\s*(\d{2,5}|process\.env\.\w+)"#,
            any,
        ),
        kind(
            ["consumer of messages", "consumers of messages"],
            r#"(?x) @(?:KafkaListener|RabbitListener|SqsListener|JmsListener|StreamListener|MessageMapping|MessagePattern|EventPattern|Incoming)\b(.*) | \b(?:basic_consume|basicConsume)\(\s*(.*) | @(?:app|celery)\.task\b(.*) | @shared_task\b(.*) | \bconsumer\.subscribe\((.*) | \b(?:socket|ws|io|wss)\.on\(\s*['"]([\w:-]+)['"] | ^\s*include\s+Sidekiq::(?:Job|Worker)(.*)"#,
            code,
        ),
        kind(
            ["schedule", "schedules"],
            r#"(?x) ^\s*-\s*cron:\s*(.+) | ^\s*schedule:\s*["'](.+)["'] | @Scheduled\((.*) | ^\s*kind:\s*(CronJob)\b | \bcron\.schedule\((.*) | @Cron\((.*) | \bcrontab\((.*)\) | ^\s*schedule_expression\s*=\s*(.+)"#,
            |language, path| (language.is_code() || settings(language, path)) && !path.contains("dependabot") && !path.contains("renovate"),
        ),
        kind(
            ["step up in rights", "steps up in rights"],
            r"\bset(?:e|re)?uid\(\s*(\w*)|\bchmod\s+(?:u\+s|[42]7\d\d)\s+(\S+)|\bsetcap\s+(\S+\s+\S+)|^\s*ExecStart=\+(\S+)|\bNOPASSWD:\s*(.+)",
            any,
        ),
        kind(
            ["role, bucket or entry of a cloud", "roles, buckets or entries of a cloud"],
            r#"(?x) ^\s*resource\s+"((?:aws_iam_(?:role|user|policy|access_key)|aws_s3_bucket|aws_lambda_function_url|aws_lb_listener|aws_api_gateway_\w*(?:method|resource)|aws_apigatewayv2_route|google_storage_bucket|google_service_account|google_project_iam_\w+|google_cloud_run_service_iam_\w+|azurerm_storage_(?:account|container)|azurerm_role_assignment|aws_security_group(?:_rule)?|aws_vpc_security_group_ingress_rule)"\s+"[^"]+)" | ^\s*Type:\s*["']?(AWS::(?:IAM::(?:Role|User|Policy)|S3::Bucket|Lambda::Url|ApiGateway\w*::\w+))
            | ^\s*kind:\s*(ClusterRoleBinding|ClusterRole|RoleBinding|Role|Ingress|Gateway|HTTPRoute)\s*$ | ^\s*type:\s*(LoadBalancer|NodePort)\s*$"#,
            settings,
        ),
        kind(
            ["entry for files of others", "entries for files of others"],
            r"\bmulter\((.*)|:\s*UploadFile\b(.*)|\bMultipartFile\s+(\w+)|\bupload\.(?:single|array|any)\((.*)|\bIFormFile\s+(\w+)|\bFormFile\((.*)",
            code,
        ),
    ]
});
/// What hardly any line holds.
static ANY: LazyLock<Pattern> = LazyLock::new(|| Pattern::any_of(&KINDS.iter().map(|kind| kind.source.to_owned()).collect::<Vec<_>>()));
/// So many names a sentence holds.
const SHOWN: usize = 4;
/// A line that is longer is data.
const LONGEST: usize = 400;

/// See `rules/code/surface-added.toml`.
pub struct SurfaceAdded;

impl Check for SurfaceAdded {
    fn rule(&self) -> RuleId {
        RuleId("surface-added")
    }

    fn needs(&self) -> Needs {
        Needs::of_changes()
    }

    fn change(&self, view: &ChangeView<'_>, sink: &mut Sink<'_>) {
        let files = &view.change.patch.files;
        let mut gone: BTreeMap<(usize, String), usize> = BTreeMap::new();
        let mut come: Vec<Come<'_>> = Vec::new();
        for (went, came) in files.par_iter().map(lines).collect::<Vec<_>>() {
            went.into_iter().for_each(|key| *gone.entry(key).or_default() += 1);
            come.extend(came);
        }
        // What it is called, by what is new of it: name, file and line.
        let mut found: BTreeMap<&'static str, Vec<Place<'_>>> = BTreeMap::new();
        come.sort_by_key(|(kind, _)| *kind);
        for (at, place) in come {
            match gone.get_mut(&(at, place.name.clone())) {
                Some(left) if *left > 0 => *left -= 1,
                _ => found.entry(KINDS[at].called[1]).or_default().push(place),
            }
        }
        by_file(files, &mut found);
        for kind in KINDS.iter() {
            let Some(places) = found.remove(kind.called[1]) else { continue };
            report(kind, &places, sink);
        }
    }
}

/// What comes, and of which kind it is.
type Come<'f> = (usize, Place<'f>);

/// What of a file goes and what comes, by the positions of the kinds.
fn lines(file: &FileDiff) -> (Vec<(usize, String)>, Vec<Come<'_>>) {
    let (mut gone, mut come) = (Vec::new(), Vec::new());
    let path = fold(&file.path().text());
    let (language, text) = (Language::of(&path), file.text());
    let Some(text) = text.filter(|_| reachable(&path)) else { return (gone, come) };
    let kinds: Vec<(usize, &Kind)> = KINDS.iter().enumerate().filter(|(_, kind)| (kind.fits)(language, &path)).collect();
    let told = |line: &str| tells(line) && ANY.is_match(line);
    for (_, line) in text.removed().filter(|(_, line)| told(line)) {
        gone.extend(kinds.iter().filter_map(|(at, kind)| Some((*at, name(&kind.pattern, line)?))));
    }
    for (number, line) in text.added().filter(|(_, line)| told(line)) {
        let place = |name| Place { file, number, line, name };
        come.extend(kinds.iter().filter_map(|(at, kind)| Some((*at, place(name(&kind.pattern, line)?)))));
    }
    (gone, come)
}

struct Place<'f> {
    file: &'f FileDiff,
    number: u32,
    line: &'f str,
    name: String,
}

/// Frameworks that make a route of every file in a folder.
fn by_file<'f>(files: &'f [FileDiff], found: &mut BTreeMap<&'static str, Vec<Place<'f>>>) {
    static HANDLER: Pattern =
        Pattern::new(r"(?:^|/)(?:app/(?:.*/)?route\.[jt]sx?|pages/api/.+\.[jt]sx?|server/api/.+\.[jt]s|\+server\.[jt]s)$");
    for file in files.iter().filter(|file| file.status == FileStatus::Added) {
        let path = file.path().text();
        if HANDLER.is_match(&path) && reachable(&fold(&path)) {
            found.entry("routes").or_default().push(Place { file, number: 1, line: "", name: path.into_owned() });
        }
    }
}

fn report(kind: &Kind, places: &[Place<'_>], sink: &mut Sink<'_>) {
    let Some(first) = places.first() else { return };
    let names: Vec<&str> = places.iter().map(|place| place.name.as_str()).filter(|name| !name.is_empty()).take(SHOWN).collect();
    let [one, many] = kind.called;
    let said = if places.len() == 1 { format!("One new {one}") } else { format!("{} new {many}", places.len()) };
    let more = if places.len() > SHOWN { ", …" } else { "" };
    let title = if names.is_empty() { said } else { format!("{said}: {}{more}", names.join(", ")) };
    let listed: Vec<String> = places.iter().take(8).map(|place| format!("{}:{}", place.file.path().text(), place.number)).collect();
    let evidence = if places.len() == 1 { first.line.trim().to_owned() } else { listed.join(", ") };
    sink.report(
        Draft::numbered(first.file.path(), crate::model::diff::Side::New, first.number, &evidence).title(title).severity(Severity::Info),
    );
}

fn reachable(path: &str) -> bool {
    Role::of(path).is_live() && !matches!(Role::of(path), Role::Instructions)
}

fn tells(line: &str) -> bool {
    let text = line.trim_start();
    line.len() < LONGEST && !(text.starts_with("//") || text.starts_with('*') || text.starts_with("# ") || text.starts_with("<!--"))
}

/// The name that a line brings in; empty where it has none.
fn name(pattern: &Pattern, line: &str) -> Option<String> {
    let before = pattern.find(line).and_then(|found| line.get(..found.start))?;
    // What stands in a text is spoken of.
    if ['"', '`'].iter().any(|sign| before.matches(*sign).count() % 2 == 1) {
        return None;
    }
    let group = (1..=16).find_map(|group| pattern.group(line, group)).unwrap_or("");
    Some(group.trim().trim_end_matches([')', '{', ' ', ',']).chars().take(60).collect())
}
