import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Asks a Suixin exchange over HTTP. The client's key comes from the environment: SUIXIN_KEY=sxk_…, why it asks from SUIXIN_PURPOSE, how
 * long it waits from SUIXIN_TIMEOUT.
 */
final class Exchange {
    static final int ATTEMPTS = 4, LONGEST_WAIT = 60, LIMIT = 1 << 20;
    private static final String LOOPBACK = "localhost|127\\.[0-9]+\\.[0-9]+\\.[0-9]+|\\[::1]";

    record Answer(int code, HttpHeaders headers, byte[] body) {
        String header(String name) { return String.join(", ", headers.allValues(name)); }

        /** The problem document (RFC 9457); an empty one where a proxy answered. */
        Map<String, Object> members() {
            try {
                return Json.object(Json.read(body));
            } catch (IllegalArgumentException error) {
                return Map.of();
            }
        }

        Command.Stop problem() {
            Object title = members().get("title");
            String words = title == null ? "no problem document" : title + ": " + members().get("detail");
            return new Command.Stop(code == 401 || code == 403 ? Command.NOT_ALLOWED : Command.UNAVAILABLE,
                "the exchange answered " + code + ": " + words);
        }
    }

    // A redirect is a statement to be proven, and must not carry the key elsewhere: we follow it ourselves.
    // HTTP/1.1: over plain HTTP the JDK would ask each server to upgrade to HTTP/2 first.
    private final HttpClient http = HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NEVER)
        .version(HttpClient.Version.HTTP_1_1).build();
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(work -> {
        Thread thread = new Thread(work, "patience");
        thread.setDaemon(true);
        return thread;
    });
    final String base;
    final int patience;
    private final String purpose;
    private final String key;

    Exchange(String base) {
        URI address = URI.create(base);
        if (address.getHost() == null || !String.valueOf(address.getScheme()).matches("https?") || address.getUserInfo() != null) {
            throw new Command.Stop(Command.USAGE, "BASE is the address of an exchange, such as https://credit.example");
        }
        this.base = base.replaceAll("/+$", "");
        patience = Integer.parseInt(ofEnvironment("SUIXIN_TIMEOUT", "[1-9][0-9]{0,4}", "20"));
        purpose = ofEnvironment("SUIXIN_PURPOSE", "[ -~]+", "merchant-reverification");
        key = ofEnvironment("SUIXIN_KEY", "[A-Za-z0-9._~+/=-]+", null);
        if (key != null && address.getScheme().equals("http") && !address.getHost().matches(LOOPBACK)) {
            throw new Command.Stop(Command.USAGE,
                "the key would go to " + address.getHost() + " for all to read on the way: ask by https://");
        }
    }

    /** What is wrong with it is not shown: it may be the key. */
    private static String ofEnvironment(String name, String form, String otherwise) {
        String text = System.getenv(name) == null || System.getenv(name).isEmpty() ? otherwise : System.getenv(name);
        if (text != null && !text.matches(form)) {
            throw new Command.Stop(Command.USAGE, name + " holds characters that do not belong there");
        }
        return text;
    }

    /** The answer, whatever its code, its body not read yet. */
    HttpResponse<InputStream> open(String path, Map<String, String> headers) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base + path)).timeout(Duration.ofSeconds(patience))
            .header("Suixin-Purpose", purpose);
        if (key != null) request.header("Authorization", "Bearer " + key);
        headers.forEach(request::header);
        return http.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
    }

    /** Waits where the exchange asks for it, but not for ever. */
    Answer get(String path, Map<String, String> headers) throws InterruptedException {
        for (int attempt = 1;; attempt++) {
            Answer answer;
            try {
                HttpResponse<InputStream> came = open(path, headers);
                answer = new Answer(came.statusCode(), came.headers(), whole(came.body()));
            } catch (IOException error) {
                throw new Command.Stop(Command.UNAVAILABLE, "cannot reach the exchange: " + error);
            }
            int wait = waitAsked(answer.headers, attempt);
            if (answer.code != 429 && answer.code != 503 || attempt == ATTEMPTS || wait > LONGEST_WAIT) return answer;
            Thread.sleep(wait * 1000L);
        }
    }

    byte[] fetch(String path) throws InterruptedException {
        Answer answer = get(path, Map.of("Accept", "application/jose+json, application/json;q=0.9"));
        if (answer.code != 200) throw answer.problem();
        return answer.body;
    }

    /** The body, as long as it is no longer than what an exchange answers, and comes before our patience ends. */
    byte[] whole(InputStream stream) throws IOException {
        Future<?> end = interrupting(stream);
        try (stream) {
            byte[] body = stream.readNBytes(LIMIT + 1);
            if (body.length > LIMIT) {
                throw new Command.Stop(Command.UNAVAILABLE, "the answer is longer than any that an exchange gives");
            }
            return body;
        } finally {
            end.cancel(false);
        }
    }

    /** The JDK's own timeout ends with the headers: whoever waits for a body is woken by closing it. To be cancelled. */
    Future<?> interrupting(InputStream stream) {
        return clock.schedule(() -> {
            stream.close();
            return null;
        }, patience, TimeUnit.SECONDS);
    }

    /** Seconds; a date in Retry-After is taken for no number. */
    static int waitAsked(HttpHeaders headers, int attempt) {
        String asked = headers.firstValue("Retry-After").orElse("");
        return asked.matches("[0-9]{1,6}") ? Integer.parseInt(asked) : 1 << attempt;
    }
}
