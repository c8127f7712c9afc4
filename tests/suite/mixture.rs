//! A large diff of many languages, made of plausible lines from a seed: the same bytes every time, nobody's code.
#![allow(dead_code, unreachable_pub, reason = "tests and benches each use their own part")]

use std::fmt::Write as _;

/// Lines of a language: `N` becomes a name, `M` another one, `W` a word of a sentence, `9` a number.
struct Tongue {
    extension: &'static str,
    /// How many files of a hundred are written in it.
    share: usize,
    lines: &'static [&'static str],
}

const PYTHON: &[&str] = &[
    "def N_M(self, N, M=None):",
    "    \"\"\"Return the W of every W that the W asked for, or W when there is none.\"\"\"",
    "    if N is None or len(M) > 9:",
    "        raise ValueError(f\"N {M!r} is not a valid W\")",
    "    for M in self.N.items():",
    "        N[M] = self.M.get(\"N-M\", 9)",
    "    # The W comes first, because W and W may change it later.",
    "    return [N.M for N in self.M if N.M is not None]",
    "",
    "    response = self.client.get(\"/N/M\", headers={\"X-N\": N})",
    "    with open(os.path.join(N, \"M.json\"), encoding=\"utf-8\") as handle:",
    "        data = json.load(handle)",
    "class NM(BaseN):",
    "    N: dict[str, int] = field(default_factory=dict)",
    "    assert response.status_code == 200",
    "    self.assertEqual(N.M(9), [\"N\", \"M\"])",
    "    logger.info(\"loaded %s N from %s\", N, M)",
    "from N.M import NM, N_M",
];
const TYPESCRIPT: &[&str] = &[
    "export async function NM(M: string, N?: number): Promise<void> {",
    "  const M = await this.N.find({ where: { id: M.id }, take: 9 })",
    "  if (!M) throw new Error(`No N with id ${M}`)",
    "  return M.map((N) => ({ ...N, M: N.M ?? 9 }))",
    "}",
    "",
    "  // W and W are shown only when the W has been loaded once.",
    "  router.get('/N/:id', async (req, res) => res.json(await N.M(req.params.id)))",
    "import { NM, M } from '../N/M'",
    "  expect(screen.getByText('W W')).toBeInTheDocument()",
    "  it('keeps the N when the W changes', async () => {",
    "    <NM key={N.id} className=\"flex items-center gap-9\" onClick={() => setM(N)} />",
    "  const [N, setN] = useState<M | null>(null)",
    "interface NM { N: string; M: number[] }",
];
const GO: &[&str] = &[
    "func (s *N) M(ctx context.Context, N string) (*M, error) {",
    "\tif err != nil {",
    "\t\treturn nil, fmt.Errorf(\"N %q: %w\", N, err)",
    "\t}",
    "}",
    "",
    "// M returns the W of the W, which must not be changed.",
    "\trows, err := s.db.QueryContext(ctx, \"SELECT N, M FROM N WHERE id = $1\", N)",
    "\tfor _, M := range s.N {",
    "\t\tN = append(N, M.M...)",
    "\tmux.HandleFunc(\"/N/M\", s.M)",
    "func TestNM(t *testing.T) {",
    "\t\tt.Fatalf(\"got %v, want %v\", N, M)",
    "type NM struct {",
    "\tN string `json:\"N,omitempty\"`",
];
const RUST: &[&str] = &[
    "pub fn N_M(&self, N: &str) -> Result<Vec<M>, Error> {",
    "    let N = self.M.iter().filter(|M| M.N > 9).collect::<Vec<_>>();",
    "    match N.M() {",
    "        Some(M) => Ok(M.to_owned()),",
    "        None => Err(Error::new(format!(\"no M named {N}\"))),",
    "    }",
    "}",
    "",
    "    /// The W of all W, in the order in which they were W.",
    "    // A W that ends here was W before, so nothing is W twice.",
    "use crate::N::{M, NM};",
    "#[derive(Clone, Debug, PartialEq)]",
    "    assert_eq!(N.M(9), [\"N\", \"M\"]);",
    "    N: HashMap<String, M>,",
    "impl<'a> NM<'a> {",
];
const JAVA: &[&str] = &[
    "    public List<M> findNByM(String N, int M) throws NException {",
    "        if (N == null || N.isEmpty()) {",
    "            throw new IllegalArgumentException(\"N must not be empty\");",
    "        return repository.findAll().stream().map(M::getN).collect(Collectors.toList());",
    "    }",
    "",
    "    /** Returns the W of the given W; never null. */",
    "    @GetMapping(\"/N/{id}\")",
    "    private final NM M;",
    "import com.example.N.NM;",
    "        assertThat(N.getM()).isEqualTo(9);",
    "        for (M N : this.M.values()) {",
];
const PROSE: &[&str] = &[
    "The W is W by the W of each W, so that W and W stay in step. When a W",
    "changes, every W that was W from it is W again, and the W is told of W.",
    "",
    "## N M",
    "",
    "- `N-M`: how many W are kept, 9 by default",
    "- See [the W](https://docs.example.com/N/M.html) for W of the W.",
    "```python",
    "N = M.N(\"W\", limit=9)",
    "```",
];
const STYLE: &[&str] = &[
    ".N-M > .N:hover {",
    "  margin: 9px 9px 0 auto;",
    "  background: rgba(9, 9, 9, 0.9) url(\"/N/M.svg\") no-repeat;",
    "}",
    "",
    "  font-family: \"N M\", sans-serif; /* as in the W */",
];
const SETTINGS: &[&str] = &[
    "  - name: N M",
    "    image: registry.example.com/N/M:9.9",
    "    command: [\"N\", \"--M\", \"9\"]",
    "    N: { M: 9, enabled: true }",
    "  # W of the W",
    "    replicas: 9",
];
const RECORDS: &[&str] = &[
    "{\"id\": 9, \"N\": \"M\", \"tags\": [\"N\", \"M\"], \"about\": \"W W W\"},",
    "{\"id\": 9, \"N\": null, \"at\": \"2026-01-02T03:04:05Z\"},",
];
const QUERIES: &[&str] = &[
    "SELECT N.id, N.M, count(*) FROM N JOIN M ON M.N_id = N.id",
    "WHERE N.M > 9 AND N.deleted_at IS NULL -- only W",
    "CREATE INDEX N_M ON N (M);",
    "",
];

const TONGUES: [Tongue; 10] = [
    Tongue { extension: "py", share: 22, lines: PYTHON },
    Tongue { extension: "ts", share: 24, lines: TYPESCRIPT },
    Tongue { extension: "go", share: 14, lines: GO },
    Tongue { extension: "rs", share: 10, lines: RUST },
    Tongue { extension: "java", share: 8, lines: JAVA },
    Tongue { extension: "md", share: 8, lines: PROSE },
    Tongue { extension: "css", share: 4, lines: STYLE },
    Tongue { extension: "yaml", share: 4, lines: SETTINGS },
    Tongue { extension: "json", share: 4, lines: RECORDS },
    Tongue { extension: "sql", share: 2, lines: QUERIES },
];
const NAMES: [&str; 40] = [
    "account", "batch", "buffer", "cache", "client", "column", "config", "cursor", "entry", "event", "filter", "format", "group", "header",
    "index", "invoice", "item", "label", "layout", "limit", "message", "metric", "node", "offset", "order", "page", "parser", "payment",
    "query", "queue", "record", "region", "report", "result", "schema", "session", "stream", "table", "user", "widget",
];
const WORDS: [&str; 24] = [
    "address", "amount", "answer", "border", "change", "colour", "customer", "delivery", "document", "field", "folder", "heading",
    "letter", "margin", "member", "number", "picture", "reader", "request", "section", "sentence", "summary", "title", "visitor",
];
/// Lines that some rule has something to say about, one in every few thousand.
const TELLING: [&str; 6] = [
    "    subprocess.run(f\"tar xf {name}\", shell=True)",
    "  const out = eval(source)",
    "curl -fsSL https://get.example.com/install.sh | sh",
    "    requests.get(url, verify=False)",
    "    if os.environ.get(\"SKIP_LOGIN\") == \"1\": return admin_user()",
    "it.skip('checks the signature', () => {",
];

/// Numbers from a seed, as xorshift has them.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(end).unwrap()).unwrap()
    }

    fn one<'t>(&mut self, of: &[&'t str]) -> &'t str {
        of[self.below(of.len())]
    }
}

/// A diff of at least `bytes` bytes: three files of four are changed, the others new.
pub fn mixture(bytes: usize) -> String {
    let mut dice = Dice(0x5eed_1a2a_2e70_2026);
    let mut out = String::with_capacity(bytes + 64 * 1024);
    let mut number = 0;
    while out.len() < bytes {
        number += 1;
        let mut left = dice.below(100);
        let tongue = TONGUES
            .iter()
            .find(|tongue| {
                left < tongue.share || {
                    left -= tongue.share;
                    false
                }
            })
            .unwrap_or(&TONGUES[0]);
        let folder = dice.one(&["src", "src/api", "lib", "tests", "packages/web", "internal", "docs"]);
        let path = format!("{folder}/{}_{number}.{}", dice.one(&NAMES), tongue.extension);
        file(&path, tongue, &mut dice, &mut out);
    }
    out
}

fn file(path: &str, tongue: &Tongue, dice: &mut Dice, out: &mut String) {
    let _ = writeln!(out, "diff --git a/{path} b/{path}");
    if dice.below(4) == 0 {
        let lines = 60 + dice.below(600);
        let _ = write!(out, "new file mode 100644\n--- /dev/null\n+++ b/{path}\n@@ -0,0 +1,{lines} @@\n");
        (0..lines).for_each(|_| line('+', tongue, dice, out));
        return;
    }
    let _ = write!(out, "--- a/{path}\n+++ b/{path}\n");
    let mut at = 1;
    for _ in 0..1 + dice.below(12) {
        let (removed, added) = (dice.below(8), 1 + dice.below(30));
        let _ = writeln!(out, "@@ -{at},{} +{at},{} @@", 6 + removed, 6 + added);
        (0..3).for_each(|_| line(' ', tongue, dice, out));
        (0..removed).for_each(|_| line('-', tongue, dice, out));
        (0..added).for_each(|_| line('+', tongue, dice, out));
        (0..3).for_each(|_| line(' ', tongue, dice, out));
        at += 200;
    }
}

fn line(sign: char, tongue: &Tongue, dice: &mut Dice, out: &mut String) {
    out.push(sign);
    if dice.below(4_000) == 0 {
        out.push_str(dice.one(&TELLING));
        out.push('\n');
        return;
    }
    let template = dice.one(tongue.lines);
    let mut before = ' ';
    let mut chars = template.chars().peekable();
    while let Some(c) = chars.next() {
        let alone = !chars.peek().is_some_and(char::is_ascii_lowercase);
        match c {
            'N' | 'M' if alone => capitalised(before, dice.one(&NAMES), out),
            'W' if alone => out.push_str(dice.one(&WORDS)),
            '9' => {
                let _ = write!(out, "{}", dice.below(900));
            }
            _ => out.push(c),
        }
        before = c;
    }
    out.push('\n');
}

/// A name, with a capital letter where it goes on from another one.
fn capitalised(before: char, name: &str, out: &mut String) {
    if before.is_ascii_alphabetic() {
        out.push(name.as_bytes()[0].to_ascii_uppercase().into());
        out.push_str(name.get(1..).unwrap_or(""));
    } else {
        out.push_str(name);
    }
}
