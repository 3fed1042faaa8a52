import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
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
    private static final int CURRENT = 0, FALSE = 1, GENUINE = 2, UNKNOWN = 3, SEVERAL = 4, USAGE = 64, UNAVAILABLE = 69,
        NOT_ALLOWED = 77;
    private static final int ATTEMPTS = 4, LONGEST_WAIT = 60, LIMIT = 1 << 20;
    private static final Pattern LOCATION = Pattern.compile("/v1/enterprises/(sx[0-9a-z]{20})");

    /** There is nothing to verify; the code says why. */
    private static final class Stop extends RuntimeException {
        final int code;

        Stop(int code, String message) {
            super(message);
            this.code = code;
        }
    }

    private record Answer(int code, HttpHeaders headers, byte[] body) {
        String header(String name) { return String.join(", ", headers.allValues(name)); }

        /** The problem document (RFC 9457); an empty one where a proxy answered. */
        Map<String, Object> members() {
            try {
                return Json.object(Json.read(body));
            } catch (IllegalArgumentException error) {
                return Map.of();
            }
        }

        Stop problem() {
            Object title = members().get("title");
            String words = title == null ? "no problem document" : title + ": " + members().get("detail");
            return new Stop(code == 401 || code == 403 ? NOT_ALLOWED : UNAVAILABLE, "the exchange answered " + code + ": " + words);
        }
    }

    private static final class Exchange {
        // A redirect is a statement to be proven, and must not carry the key elsewhere: we follow it ourselves.
        // HTTP/1.1: over plain HTTP the JDK would ask each server to upgrade to HTTP/2 first.
        private final HttpClient http = HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NEVER)
            .version(HttpClient.Version.HTTP_1_1).connectTimeout(Duration.ofSeconds(Long.parseLong(System.getenv().getOrDefault("SUIXIN_TIMEOUT", "20")))).build();
        private final String base;
        private final Path cache;

        Exchange(String base, String cache) {
            this.base = base.replaceAll("/+$", "");
            this.cache = cache == null ? null : Path.of(cache);
        }

        /** Waits where the exchange asks for it, but not for ever. */
        Answer get(String path, String etag) throws IOException, InterruptedException {
            HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base + path)).timeout(Duration.ofSeconds(Long.parseLong(System.getenv().getOrDefault("SUIXIN_TIMEOUT", "20"))))
                .header("Accept", "application/jose+json, application/json;q=0.9");
            String key = System.getenv("SUIXIN_KEY");
            if (key != null && !key.isEmpty()) request.header("Authorization", "Bearer " + key);
            // Each query says why it is made.
            String purpose = System.getenv("SUIXIN_PURPOSE");
            request.header("Suixin-Purpose", purpose == null || purpose.isEmpty() ? "merchant-reverification" : purpose);
            if (etag != null) request.header("If-None-Match", etag);
            for (int attempt = 1;; attempt++) {
                HttpResponse<InputStream> answer = http.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
                byte[] body;
                try (InputStream stream = answer.body()) {
                    body = stream.readNBytes(LIMIT + 1);
                }
                if (body.length > LIMIT) throw new Stop(UNAVAILABLE, "the answer is longer than any that an exchange gives");
                String asked = answer.headers().firstValue("Retry-After").orElse("");
                int wait = asked.matches("[0-9]{1,6}") ? Integer.parseInt(asked) : 1 << attempt;
                int code = answer.statusCode();
                if (code != 429 && code != 503 || attempt == ATTEMPTS || wait > LONGEST_WAIT) {
                    return new Answer(code, answer.headers(), body);
                }
                Thread.sleep(wait * 1000L);
            }
        }

        byte[] fetch(String path) throws IOException, InterruptedException {
            Answer answer = get(path, null);
            if (answer.code != 200) throw answer.problem();
            return answer.body;
        }

        /** The status of that digest; it never changes, so it is fetched once. */
        byte[] status(String digest) throws IOException, InterruptedException {
            if (!digest.matches("sha256:[0-9a-f]{64}")) throw new Suixin.NotCurrent("the answer names no status");
            String entry = "status-" + digest.substring(7);
            byte[] kept = kept(entry);
            if (kept != null) return kept;
            byte[] document = fetch("/v1/sources/" + digest);
            keep(entry, document);
            return document;
        }

        /** An answer about a name; one that was kept and is unchanged (304) is given as if it had come now. */
        Answer enterprise(String name) throws IOException, InterruptedException {
            String entry = "profile-" + Suixin.digestText(Suixin.utf8(name)).substring(7);
            byte[] etag = kept(entry + ".etag");
            String path = "/v1/enterprises/" + URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
            Answer answer = get(path, etag == null ? null : new String(etag, StandardCharsets.US_ASCII));
            if (answer.code == 304 && etag != null) return new Answer(200, answer.headers, kept(entry));
            if (answer.code == 200 && !answer.header("ETag").isEmpty()) {
                keep(entry, answer.body);
                keep(entry + ".etag", Suixin.utf8(answer.header("ETag")));
            }
            return answer;
        }

        private byte[] kept(String name) throws IOException {
            return cache != null && Files.exists(cache.resolve(name)) ? Files.readAllBytes(cache.resolve(name)) : null;
        }

        private void keep(String name, byte[] data) throws IOException {
            if (cache == null) return;
            Files.createDirectories(cache);
            replace(cache.resolve(name), data);
        }
    }

    /** A file is there whole or not at all, whenever the machine stops. */
    private static void replace(Path path, byte[] data) throws IOException {
        Path part = Path.of(path + ".part");
        Files.write(part, data);
        Files.move(part, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** The greatest position seen of each issuer, in the form that {@code suixin verify --remember} keeps too. */
    private static final class Memory {
        private final Path path;
        private final Map<String, Object> positions = new TreeMap<>();

        Memory(String path) throws IOException {
            this.path = path == null ? null : Path.of(path);
            if (path != null && Files.exists(this.path)) positions.putAll(Json.object(Json.read(Files.readAllBytes(this.path))));
        }

        void note(Suixin.Opened status) throws IOException {
            Object before = positions.get(status.text("iss"));
            if (path == null || before instanceof Long position && position >= status.number("position")) return;
            positions.put(status.text("iss"), status.number("position"));
            replace(path, Suixin.utf8(Json.canonical(positions)));
        }
    }

    private final Map<String, String> given = new HashMap<>();
    private final List<String> names = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();
    private Suixin.Opened answer;
    private Suixin.Opened status;

    private Client(String[] arguments) {
        for (int place = 0; place < arguments.length; place++) {
            String argument = arguments[place];
            if (!argument.startsWith("--")) names.add(argument);
            else if (argument.equals("--json")) given.put("json", "");
            else if (argument.matches("--(jwks|issuer|remember|cache|file|status|proof|asked|now)") && place + 1 < arguments.length) {
                given.put(argument.substring(2), arguments[++place]);
            } else throw new Stop(USAGE, "no such option, or no value for it: " + argument);
        }
        boolean isOffline = given.containsKey("file") && given.containsKey("jwks");
        if (!isOffline && names.size() != 2) throw new Stop(USAGE, "give BASE and NAME, or --file and --jwks");
    }

    private byte[] file(String option) throws IOException {
        return given.containsKey(option) ? Files.readAllBytes(Path.of(given.get(option))) : null;
    }

    /** The field as it stands in a file, alone or among others. */
    private String proofField() throws IOException {
        if (!given.containsKey("proof")) return "";
        String text = new String(file("proof"), StandardCharsets.ISO_8859_1);
        return text.lines().filter(line -> line.toLowerCase().startsWith("suixin-proof:")).map(line -> line.substring(13))
            .reduce((earlier, later) -> later).orElse(text);
    }

    private int run() throws IOException, InterruptedException {
        Memory memory = new Memory(given.get("remember"));
        Exchange exchange = given.containsKey("file") ? null : new Exchange(names.get(0), given.get("cache"));
        // Whoever hands you a false profile can hand you a false key too: pin the JWKS in earnest.
        Keys keys = new Keys(given.containsKey("jwks") ? file("jwks") : exchange.fetch("/.well-known/jwks.json"));
        long now = given.containsKey("now") ? Long.parseLong(given.get("now")) : System.currentTimeMillis() / 1000;
        Suixin.Verifier verifier = new Suixin.Verifier(keys, now, given.get("issuer"), memory.positions);
        if (exchange == null) check(verifier, memory, file("file"), file("status"), proofField(), given.get("asked"));
        else ask(exchange, verifier, memory, names.get(1));
        return answer.kind().equals(Suixin.ABSENCE) ? UNKNOWN : CURRENT;
    }

    /** Verifies an answer; keeps what it is, and throws why it is not more. */
    private void check(Suixin.Verifier verifier, Memory memory, byte[] document, byte[] statusDocument, String proof, String asked)
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

    private void ask(Exchange exchange, Suixin.Verifier verifier, Memory memory, String asked) throws IOException, InterruptedException {
        for (int hop = 0; hop < 4; hop++) {
            Answer came = exchange.enterprise(asked);
            String proof = came.header("Suixin-Proof");
            Object absence = came.code == 404 ? came.members().get("absence") : null;
            if (came.code == 200 || absence != null) {
                byte[] document = absence == null ? came.body : Suixin.utf8(Json.canonical(absence));
                check(verifier, memory, document, exchange.status(came.header("Suixin-Status")), proof, asked);
                return;
            }
            if (came.code != 300 && came.code != 308) throw came.problem();
            Suixin.Opened opened = verifier.openStatus(exchange.status(came.header("Suixin-Status")));
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
            if (came.code == 300) {
                List<String> ids = new ArrayList<>();
                Matcher places = Pattern.compile("\"" + LOCATION + "\"").matcher(new String(came.body, StandardCharsets.UTF_8));
                while (places.find()) ids.add(places.group(1));
                if (!Suixin.isStatement(end.said(), "holders", ids)) throw new Suixin.NotCurrent("the proof is of other holders");
                throw new Stop(SEVERAL, "several enterprises hold this code: " + String.join(", ", ids));
            }
            if (next == null || !Suixin.isStatement(end.said(), "movedTo", next)) {
                throw new Suixin.NotCurrent("nothing proves that the enterprise has moved there");
            }
            System.err.println(end.name() + " was joined to " + next);
            asked = next;
        }
        throw new Stop(UNAVAILABLE, "redirected too often");
    }

    /** A few lines for a person. */
    private String summary(int code) {
        List<String> lines = new ArrayList<>();
        lines.add(switch (code) {
            case CURRENT -> "genuine and current";
            case FALSE -> "NOT GENUINE";
            case GENUINE -> "genuine, but not shown to be current";
            case UNKNOWN -> "nothing is known by this (that is not the same as nothing to know)";
            default -> "no verdict";
        });
        for (String words : problems) lines.add("  " + words);
        if (answer == null || code == FALSE) return String.join("\n", lines);
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
            case CURRENT -> "current";
            case FALSE -> "not-genuine";
            case GENUINE -> "not-current";
            case UNKNOWN -> "nothing-known";
            case SEVERAL -> "several";
            case NOT_ALLOWED -> "not-allowed";
            default -> "no-verdict";
        });
        facts.put("exitCode", code);
        facts.put("problems", problems);
        facts.put("position", status == null ? null : status.members().get("position"));
        if ((code == CURRENT || code == GENUINE || code == UNKNOWN) && answer != null) {
            for (String name : List.of("iss", "iat", "sub", "version", "profile", "sources")) facts.put(name, answer.members().get(name));
        }
        return Json.canonical(facts);
    }

    public static void main(String[] arguments) throws InterruptedException {
        Client client = null;
        int code;
        String words = "";
        try {
            client = new Client(arguments);
            code = client.run();
        } catch (Stop stop) {
            code = stop.code;
            words = stop.getMessage();
        } catch (Suixin.NotGenuine error) {
            code = FALSE;
            words = error.getMessage();
        } catch (Suixin.NotCurrent error) {
            code = GENUINE;
            words = error.getMessage();
        } catch (Suixin.UnusableKeys | IllegalArgumentException error) {
            code = USAGE;
            words = error.getMessage();
        } catch (IOException error) {
            code = client.given.containsKey("file") ? USAGE : UNAVAILABLE;
            words = "cannot read: " + error;
        }
        if (client == null) {
            System.err.println(words);
            System.exit(code);
        }
        if (!words.isEmpty()) client.problems.add(words);
        // The terminal's encoding may not be UTF-8; what is printed is.
        byte[] text = Suixin.utf8((client.given.containsKey("json") ? client.machine(code) : client.summary(code)) + "\n");
        System.out.write(text, 0, text.length);
        System.out.flush();
        System.exit(code);
    }
}
