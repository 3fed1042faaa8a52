import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Asks a Suixin exchange about an enterprise and checks every step of the answer.
 *
 * <pre>
 * javac -encoding UTF-8 -d classes java/*.java
 * java -cp classes Client http://127.0.0.1:8080 91440101…                       ask, check, print
 * java -cp classes Client --file profile.json --status status.json --proof headers \
 *      --asked 91440101… --jwks jwks.json                                       check what was kept, without network
 * </pre>
 *
 * The client's key comes from the environment: SUIXIN_KEY=sxk_…, why it asks from SUIXIN_PURPOSE. Exit codes are in the README beside this folder.
 */
final class Client {
    private static final Pattern LOCATION = Pattern.compile("/v1/enterprises/(sx[0-9a-z]{20})");

    /** Profiles and statuses that came before; what comes is kept only once it was found genuine. */
    private static final class Cache {
        private final Exchange exchange;
        private final Path folder;
        private final Map<String, byte[]> fresh = new HashMap<>();

        Cache(Exchange exchange, String folder) {
            this.exchange = exchange;
            this.folder = folder == null ? null : Path.of(folder);
        }

        /** The status of that digest; it never changes, so it is fetched once. */
        byte[] status(String digest) throws IOException, InterruptedException {
            if (!digest.matches("sha256:[0-9a-f]{64}")) throw new Suixin.NotCurrent("the answer names no status");
            String entry = "status-" + digest.substring(7);
            byte[] kept = kept(entry);
            if (kept != null) return kept;
            fresh.put(entry, exchange.fetch("/v1/sources/" + digest));
            return fresh.get(entry);
        }

        /** An answer about a name; one that was kept and is unchanged (304) is given as if it had come now. */
        Exchange.Answer enterprise(String name) throws IOException, InterruptedException {
            // Of each exchange its own: equal names are not equal answers.
            String entry = "answer-" + Suixin.digestText(Suixin.utf8(exchange.base + "\n" + name)).substring(7);
            byte[] data = kept(entry);
            String kept = data == null ? "" : new String(data, StandardCharsets.ISO_8859_1);
            String etag = kept.substring(0, Math.max(0, kept.indexOf('\n')));
            Map<String, String> headers = new HashMap<>(Map.of("Accept", "application/jose+json, application/json;q=0.9"));
            if (!etag.isEmpty()) headers.put("If-None-Match", etag);
            String path = "/v1/enterprises/" + URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
            Exchange.Answer answer = exchange.get(path, headers);
            if (answer.code() == 304 && !etag.isEmpty()) {
                return new Exchange.Answer(200, answer.headers(),
                    kept.substring(etag.length() + 1).getBytes(StandardCharsets.ISO_8859_1));
            }
            if (answer.code() == 200 && !answer.header("ETag").isEmpty()) {
                String document = new String(answer.body(), StandardCharsets.ISO_8859_1);
                fresh.put(entry, (answer.header("ETag") + "\n" + document).getBytes(StandardCharsets.ISO_8859_1));
            }
            return answer;
        }

        void keep() throws IOException {
            if (folder == null) return;
            createFolder(folder);
            for (Map.Entry<String, byte[]> entry : fresh.entrySet()) Command.replace(folder.resolve(entry.getKey()), entry.getValue());
        }

        private byte[] kept(String entry) throws IOException {
            return folder != null && Files.exists(folder.resolve(entry)) ? Files.readAllBytes(folder.resolve(entry)) : null;
        }
    }

    /** One that nobody else reads, where the machine knows such a thing. */
    static void createFolder(Path folder) throws IOException {
        boolean isPosix = folder.getFileSystem().supportedFileAttributeViews().contains("posix");
        if (!isPosix) Files.createDirectories(folder);
        else Files.createDirectories(folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }

    private Command.Options given = new Command.Options(Map.of(), List.of());
    private final List<String> problems = new ArrayList<>();
    private Suixin.Opened answer;
    private Suixin.Opened status;

    /** The field as it stands in a file, alone or among others. */
    private String proofField() throws IOException {
        if (!given.has("proof")) return "";
        String text = new String(given.file("proof"), StandardCharsets.ISO_8859_1);
        return text.lines().filter(line -> line.toLowerCase().startsWith("suixin-proof:")).map(line -> line.substring(13))
            .reduce((earlier, later) -> later).orElse(text);
    }

    private int run(String[] arguments) throws IOException, InterruptedException {
        given = Command.Options.of(arguments, "cache|file|status|proof|asked", "json");
        boolean isOffline = given.has("file") && given.has("jwks");
        if (!isOffline && given.alone().size() != 2) throw new Command.Stop(Command.USAGE, "give BASE and NAME, or --file and --jwks");
        Command.Memory memory = new Command.Memory(given.get("remember"));
        Exchange exchange = given.has("file") ? null : new Exchange(given.alone().get(0));
        Suixin.Verifier verifier = new Suixin.Verifier(given.keys(exchange), given.clock(), given.get("issuer"), memory.positions);
        if (exchange == null) {
            check(verifier, memory, given.file("file"), given.file("status"), proofField(), given.get("asked"));
        } else {
            Cache cache = new Cache(exchange, given.get("cache"));
            ask(cache, verifier, memory, given.alone().get(1));
            cache.keep();
        }
        return answer.kind().equals(Suixin.ABSENCE) ? Command.UNKNOWN : Command.CURRENT;
    }

    /** Verifies an answer; keeps what it is, and throws why it is not more. */
    private void check(Suixin.Verifier verifier, Command.Memory memory, byte[] document, byte[] statusDocument, String proof, String asked)
        throws IOException {
        answer = verifier.openAnswer(document);
        if (statusDocument == null) throw new Suixin.NotCurrent("no status beside it");
        Suixin.Opened opened = verifier.openStatus(statusDocument);
        if (!opened.text("iss").equals(answer.text("iss"))) {
            throw new Suixin.NotGenuine("document and status come from different issuers");
        }
        memory.note(opened);
        status = opened;
        if (proof.isEmpty()) throw new Suixin.NotCurrent("no proof beside it");
        verifier.checkCurrency(answer, status, proof, asked);
    }

    private void ask(Cache cache, Suixin.Verifier verifier, Command.Memory memory, String asked) throws IOException, InterruptedException {
        for (int hop = 0; hop < 4; hop++) {
            Exchange.Answer came = cache.enterprise(asked);
            String proof = came.header("Suixin-Proof");
            Object absence = came.code() == 404 ? came.members().get("absence") : null;
            if (came.code() == 200 || absence != null) {
                byte[] document = absence == null ? came.body() : Suixin.utf8(Json.canonical(absence));
                check(verifier, memory, document, cache.status(came.header("Suixin-Status")), proof, asked);
                return;
            }
            // Any other redirect is none of an exchange's: nothing would prove where it leads.
            if (came.code() != 300 && came.code() != 308 || came.header("Suixin-Status").isEmpty()) throw came.problem();
            Suixin.Opened opened = verifier.openStatus(cache.status(came.header("Suixin-Status")));
            if (!opened.digest().equals(came.header("Suixin-Status"))) {
                throw new Suixin.NotGenuine("another status than the answer names");
            }
            memory.note(opened);
            status = opened;
            verifier.checkTime(opened);
            List<Suixin.Step> steps = Suixin.readProof(proof);
            Matcher moved = LOCATION.matcher(came.header("Location"));
            String next = moved.matches() ? moved.group(1) : null;
            int last = 1;
            while (last < steps.size() && !(next != null && next.equals(steps.get(last).name()))) last++;
            // The paths behind the new id prove what is said of that; it is asked for anew.
            Suixin.End end = Suixin.follow(steps.subList(0, last), Suixin.namesOf(asked), verifier.root(opened));
            if (came.code() == 300) {
                List<String> ids = new ArrayList<>();
                Matcher places = Pattern.compile("\"" + LOCATION + "\"").matcher(new String(came.body(), StandardCharsets.UTF_8));
                while (places.find()) ids.add(places.group(1));
                if (!Suixin.isStatement(end.said(), "holders", ids)) throw new Suixin.NotCurrent("the proof is of other holders");
                throw new Command.Stop(Command.SEVERAL, "several enterprises hold this code: " + String.join(", ", ids));
            }
            if (next == null || !Suixin.isStatement(end.said(), "movedTo", next)) {
                throw new Suixin.NotCurrent("nothing proves that the enterprise has moved there");
            }
            System.err.println(end.name() + " was joined to " + next);
            asked = next;
        }
        throw new Command.Stop(Command.UNAVAILABLE, "redirected too often");
    }

    /** A few lines for a person. */
    private String summary(int code) {
        List<String> lines = new ArrayList<>();
        lines.add(switch (code) {
            case Command.CURRENT -> "genuine and current";
            case Command.FALSE -> "NOT GENUINE";
            case Command.GENUINE -> "genuine, but not shown to be current";
            case Command.UNKNOWN -> "nothing is known by this (that is not the same as nothing to know)";
            default -> "no verdict";
        });
        for (String words : problems) lines.add("  " + words);
        if (answer == null || code == Command.FALSE) return String.join("\n", lines);
        lines.add("  issuer: " + answer.text("iss") + (status == null ? "" : ", position " + status.number("position")));
        if (answer.kind().equals(Suixin.PROFILE)) {
            lines.add("  enterprise: " + answer.text("sub") + ", version " + answer.text("version"));
            lines.add("  name: " + name());
            answer.object("profile").forEach((part, value) -> {
                if (value instanceof List<?> list && !list.isEmpty()) lines.add("  " + part + ": " + list.size());
            });
        } else {
            answer.object("sources").forEach((agency, datasets) -> Json.object(datasets).forEach((dataset, value) -> {
                Map<String, Object> said = Json.object(value);
                lines.add("  " + agency + "/" + dataset + ": " + said.get("answer") + " (" + said.get("state") + ", complete up to "
                    + said.get("completeUpTo") + ")");
            }));
        }
        return String.join("\n", lines);
    }

    private Object name() {
        Object registration = answer.object("profile").get("registration");
        Object name = registration instanceof Map<?, ?> members ? members.get("name") : null;
        return name instanceof Map<?, ?> members ? members.get("value") : "not known";
    }

    private String machine(int code) {
        Map<String, Object> facts = new TreeMap<>();
        facts.put("verdict", switch (code) {
            case Command.CURRENT -> "current";
            case Command.FALSE -> "not-genuine";
            case Command.GENUINE -> "not-current";
            case Command.UNKNOWN -> "nothing-known";
            case Command.SEVERAL -> "several";
            case Command.NOT_ALLOWED -> "not-allowed";
            default -> "no-verdict";
        });
        facts.put("exitCode", code);
        facts.put("problems", problems);
        facts.put("position", status == null ? null : status.members().get("position"));
        if ((code == Command.CURRENT || code == Command.GENUINE || code == Command.UNKNOWN) && answer != null) {
            for (String name : List.of("iss", "iat", "sub", "version", "profile", "sources")) facts.put(name, answer.members().get(name));
        }
        return Json.canonical(facts);
    }

    public static void main(String[] arguments) throws InterruptedException {
        Client client = new Client();
        Command.Verdict verdict = Command.judged(() -> client.run(arguments));
        if (verdict.words() != null) client.problems.add(verdict.words());
        Command.print(client.given.has("json") ? client.machine(verdict.code()) : client.summary(verdict.code()));
        System.exit(verdict.code());
    }
}
