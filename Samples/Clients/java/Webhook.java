import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.function.UnaryOperator;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Receives what a Suixin exchange pushes (Standard Webhooks), and prints each event once.
 *
 * <pre>
 * java -cp classes Webhook --port 8400 --jwks jwks.json --seen ids        listen on the loopback; TLS belongs to a proxy
 * java -cp classes Webhook --headers headers --body body --jwks jwks.json  check one request that was kept
 * </pre>
 *
 * v1 (HMAC-SHA256) is checked by SUIXIN_WEBHOOK_SECRET, one or several {@code whsec_…} with blanks between them while they are
 * being changed; v1a (Ed25519) by the Ed25519 keys of the JWKS. Either is enough.
 *
 * <p>Exit code with --headers: 0 genuine, 1 not genuine, 64 wrong usage.
 */
final class Webhook {
    private static final int TOLERANCE = 300, LIMIT = 256 * 1024;

    private final List<byte[]> secrets = new ArrayList<>();
    private final List<PublicKey> keys;
    private final Set<String> seen = new HashSet<>();
    private final Path seenFile;

    private Webhook(Map<String, String> given) throws IOException {
        keys = given.containsKey("jwks") ? new Keys(Files.readAllBytes(Path.of(given.get("jwks")))).ed25519() : List.of();
        for (String text : System.getenv().getOrDefault("SUIXIN_WEBHOOK_SECRET", "").split("\\s+")) {
            if (text.isEmpty()) continue;
            if (!text.startsWith("whsec_")) throw new IllegalArgumentException("SUIXIN_WEBHOOK_SECRET is no whsec_…");
            secrets.add(Base64.getDecoder().decode(text.substring(6)));
        }
        if (keys.isEmpty() && secrets.isEmpty()) {
            throw new IllegalArgumentException(
                "give --jwks with an Ed25519 key, or SUIXIN_WEBHOOK_SECRET: nothing could be checked");
        }
        seenFile = given.containsKey("seen") ? Path.of(given.get("seen")) : null;
        if (seenFile != null && Files.exists(seenFile)) seen.addAll(Files.readAllLines(seenFile));
    }

    /** The id of a genuine message. */
    private String check(UnaryOperator<String> headers, byte[] body, long now) {
        String id = orEmpty(headers.apply("webhook-id"));
        String timestamp = orEmpty(headers.apply("webhook-timestamp"));
        // Without a full stop: `id.timestamp.body` could be read in two ways else.
        if (!id.matches("[!-\\-/-~]{1,256}") || !timestamp.matches("[0-9]{1,12}")) {
            throw new Suixin.NotGenuine("webhook-id or webhook-timestamp is missing or of another form");
        }
        if (Math.abs(now - Long.parseLong(timestamp)) > TOLERANCE) {
            throw new Suixin.NotGenuine(
                "its time is more than five minutes from now: sent again by somebody, or one of the clocks is wrong");
        }
        byte[] head = Suixin.utf8(id + "." + timestamp + ".");
        byte[] message = new byte[head.length + body.length];
        System.arraycopy(head, 0, message, 0, head.length);
        System.arraycopy(body, 0, message, head.length, body.length);
        for (String entry : orEmpty(headers.apply("webhook-signature")).split(" ", 17)) {
            int comma = entry.indexOf(',');
            if (comma > 0 && isSigned(entry.substring(0, comma), entry.substring(comma + 1), message)) return id;
        }
        throw new Suixin.NotGenuine("no signature fits: changed, or signed by somebody else");
    }

    private boolean isSigned(String kind, String text, byte[] message) {
        try {
            byte[] signature = Base64.getDecoder().decode(text);
            if (kind.equals("v1a")) {
                return signature.length == 64 && keys.stream().anyMatch(key -> Suixin.isGood("Ed25519", key, message, signature));
            }
            if (!kind.equals("v1")) return false;
            for (byte[] secret : secrets) {
                Mac mac = Mac.getInstance("HmacSHA256");
                mac.init(new SecretKeySpec(secret, "HmacSHA256"));
                // isEqual takes the same time wherever the two differ.
                if (MessageDigest.isEqual(mac.doFinal(message), signature)) return true;
            }
            return false;
        } catch (IllegalArgumentException | GeneralSecurityException error) {
            return false;
        }
    }

    private static String orEmpty(String text) {
        return text == null ? "" : text;
    }

    /** Whoever pushes repeats what it believes was lost: each id counts once. The file outlives the program. */
    private synchronized boolean isNew(String id) throws IOException {
        if (!seen.add(id)) return false;
        if (seenFile != null) Files.writeString(seenFile, id + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        return true;
    }

    private void receive(HttpExchange exchange) throws IOException {
        try (exchange) {
            exchange.sendResponseHeaders(answer(exchange), -1);
        }
    }

    private int answer(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readNBytes(LIMIT + 1);
        if (!exchange.getRequestMethod().equals("POST")) return 405;
        if (body.length > LIMIT) return 413;
        try {
            String id = check(exchange.getRequestHeaders()::getFirst, body, System.currentTimeMillis() / 1000);
            // Here a platform lays the event into its own queue. Work on it afterwards: who pushes waits for the answer.
            if (isNew(id)) print(body);
            return 204;
        } catch (Suixin.NotGenuine error) {
            System.err.println("refused: " + error.getMessage());
            return 401;
        }
    }

    private static synchronized void print(byte[] body) {
        System.out.write(body, 0, body.length);
        System.out.println();
        System.out.flush();
    }

    private static UnaryOperator<String> keptHeaders(String path) throws IOException {
        Map<String, String> fields = new HashMap<>();
        for (String line : Files.readAllLines(Path.of(path), StandardCharsets.ISO_8859_1)) {
            int colon = line.indexOf(':');
            if (colon > 0) fields.put(line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
        }
        return fields::get;
    }

    private static Map<String, String> options(String[] arguments) {
        Map<String, String> given = new HashMap<>();
        for (int place = 0; place < arguments.length; place += 2) {
            if (!arguments[place].matches("--(port|jwks|seen|headers|body|now)") || place + 1 == arguments.length) {
                throw new IllegalArgumentException("no such option, or no value for it: " + arguments[place]);
            }
            given.put(arguments[place].substring(2), arguments[place + 1]);
        }
        return given;
    }

    public static void main(String[] arguments) {
        try {
            Map<String, String> given = options(arguments);
            Webhook webhook = new Webhook(given);
            if (given.containsKey("headers")) {
                byte[] body = Files.readAllBytes(Path.of(given.getOrDefault("body", "")));
                long now = given.containsKey("now") ? Long.parseLong(given.get("now")) : System.currentTimeMillis() / 1000;
                webhook.check(keptHeaders(given.get("headers")), body, now);
                print(body);
                return;
            }
            int port = Integer.parseInt(given.getOrDefault("port", "8400"));
            // Of whoever sends a byte now and then eight would hold all threads; the JDK takes seconds by this name alone.
            System.setProperty("sun.net.httpserver.maxReqTime", "20");
            HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
            server.createContext("/", webhook::receive);
            server.setExecutor(Executors.newFixedThreadPool(8));
            server.start();
            System.err.println("listening on http://127.0.0.1:" + server.getAddress().getPort());
        } catch (Suixin.NotGenuine error) {
            System.err.println("NOT GENUINE: " + error.getMessage());
            System.exit(1);
        } catch (Suixin.UnusableKeys | IllegalArgumentException | IOException error) {
            System.err.println(error.getMessage());
            System.exit(64);
        }
    }
}
