import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What the programs around {@link Suixin} have in common: options, exit codes, and what must outlive a program. */
final class Command {
    static final int CURRENT = 0, FALSE = 1, GENUINE = 2, UNKNOWN = 3, SEVERAL = 4, USAGE = 64, UNAVAILABLE = 69, NOT_ALLOWED = 77;

    private Command() {}

    /** There is nothing to verify; the code says why. */
    static final class Stop extends RuntimeException {
        final int code;

        Stop(int code, String message) {
            super(message);
            this.code = code;
        }
    }

    /** What was given: {@code --option value}, {@code --flag} (with an empty value), and what stands alone. */
    record Options(Map<String, String> values, List<String> alone) {
        /** All take jwks, issuer, remember and now; {@code more} and {@code flags} are alternatives of a regular expression. */
        static Options of(String[] arguments, String more, String flags) {
            Options given = new Options(new HashMap<>(), new ArrayList<>());
            for (int place = 0; place < arguments.length; place++) {
                String argument = arguments[place];
                if (!argument.startsWith("--")) given.alone.add(argument);
                else if (argument.matches("--(" + flags + ")")) given.values.put(argument.substring(2), "");
                else if (argument.matches("--(jwks|issuer|remember|now|" + more + ")") && place + 1 < arguments.length) {
                    given.values.put(argument.substring(2), arguments[++place]);
                } else throw new Stop(USAGE, "no such option, or no value for it: " + argument);
            }
            if (!given.get("now", "0").matches("[0-9]{1,12}")) throw new Stop(USAGE, "--now is POSIX seconds");
            return given;
        }

        boolean has(String name) { return values.containsKey(name); }
        String get(String name) { return values.get(name); }
        String get(String name, String otherwise) { return values.getOrDefault(name, otherwise); }
        byte[] file(String name) throws IOException { return has(name) ? Files.readAllBytes(Path.of(get(name))) : null; }
        long clock() { return has("now") ? Long.parseLong(get("now")) : System.currentTimeMillis() / 1000; }

        Keys keys(Exchange exchange) throws IOException, InterruptedException {
            if (has("jwks")) return new Keys(file("jwks"));
            // Whoever hands you a false profile can hand you a false key too: pin the JWKS in earnest.
            System.err.println("the keys are the exchange's own word: give --jwks");
            return new Keys(exchange.fetch("/.well-known/jwks.json"));
        }
    }

    interface Work {
        int run() throws IOException, InterruptedException;
    }

    /** The exit code, and why it is no other; null where there is nothing to say. */
    record Verdict(int code, String words) {}

    /** What the work ends with: its own code, or an error. */
    static Verdict judged(Work work) throws InterruptedException {
        try {
            return new Verdict(work.run(), null);
        } catch (Stop stop) {
            return new Verdict(stop.code, printable(stop));
        } catch (Suixin.NotGenuine error) {
            return new Verdict(FALSE, printable(error));
        } catch (Suixin.NotCurrent error) {
            return new Verdict(GENUINE, printable(error));
        } catch (Suixin.UnusableKeys | IllegalArgumentException error) {
            return new Verdict(USAGE, printable(error));
        } catch (IOException error) {
            // What the network does, Exchange turns into a Stop: this is a file.
            return new Verdict(USAGE, "cannot read or write: " + error.toString().replaceAll("\\p{Cntrl}", " "));
        }
    }

    /** Somebody else's words do not steer the terminal. */
    private static String printable(Exception error) {
        return String.valueOf(error.getMessage()).replaceAll("[\\x00-\\x1f\\x7f-\\x9f]", " ");
    }

    /** The terminal's encoding may not be UTF-8; what is printed is. */
    static void print(String text) {
        byte[] bytes = Suixin.utf8(text + "\n");
        System.out.write(bytes, 0, bytes.length);
        System.out.flush();
    }

    /** A file is there whole or not at all, whenever the machine stops and whoever else writes it. */
    static void replace(Path path, byte[] data) throws IOException {
        Path part = Path.of(path + "." + ProcessHandle.current().pid() + ".part");
        try (FileChannel file = FileChannel.open(part, StandardOpenOption.CREATE, StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
            for (ByteBuffer bytes = ByteBuffer.wrap(data); bytes.hasRemaining();) file.write(bytes);
            file.force(true);
        }
        Files.move(part, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** The greatest position seen of each issuer, in the form that {@code suixin verify --remember} keeps too. */
    static final class Memory {
        private final Path path;
        final Map<String, Object> positions;

        Memory(String path) throws IOException {
            this.path = path == null ? null : Path.of(path);
            positions = kept();
        }

        /**
         * Nothing that was seen is lowered, though another program may have written it since; what a later check goes by is raised
         * once it is kept.
         */
        void note(Suixin.Opened status) throws IOException {
            String issuer = status.text("iss");
            long position = status.number("position");
            if (isKnown(positions, issuer, position)) return;
            if (path != null) {
                Map<String, Object> kept = kept();
                if (!isKnown(kept, issuer, position)) kept.put(issuer, position);
                replace(path, Suixin.utf8(Json.canonical(kept)));
            }
            positions.put(issuer, position);
        }

        private static boolean isKnown(Map<String, Object> positions, String issuer, long position) {
            return positions.get(issuer) instanceof Long before && before >= position;
        }

        private Map<String, Object> kept() throws IOException {
            Map<String, Object> kept = new TreeMap<>();
            if (path != null && Files.exists(path)) kept.putAll(Json.object(Json.read(Files.readAllBytes(path))));
            // Whatever else stood there, nothing would be refused by it.
            if (!kept.values().stream().allMatch(Long.class::isInstance)) {
                throw new IllegalArgumentException(path + " does not say which positions were seen");
            }
            return kept;
        }
    }
}
