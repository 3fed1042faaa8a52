import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * Takes everything that an exchange says, and checks that it is everything.
 *
 * <pre>
 * java -cp classes Snapshot http://127.0.0.1:8080 FOLDER --jwks jwks.json      download what is missing, check
 * java -cp classes Snapshot --folder FOLDER --jwks jwks.json                   check what was downloaded, without network
 * </pre>
 *
 * A download that broke off goes on where it ended. The client's key comes from the environment, and the exit codes are Client's:
 * 0 whole and current, 2 whole, but its status has expired or a greater position was seen, 1 not genuine.
 */
final class Snapshot {
    private static final String MANIFEST = "manifest.json";
    private static final int PIECE = 1 << 18, LONGEST_LINE = 64 << 20;

    private Snapshot() {}

    private static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException error) {
            throw new IllegalStateException(error);
        }
    }

    private static String text(MessageDigest digest) {
        return "sha256:" + HexFormat.of().formatHex(digest.digest());
    }

    /** The lines of a compressed file; once they are all read, whether the file is the one that the manifest describes. */
    private static final class Lines implements Bulk.Source<byte[]>, AutoCloseable {
        private final Bulk.Told told;
        private final DigestInputStream source;
        private InputStream inflated;
        private final long size;
        private long count;

        Lines(Path folder, Bulk.Told told) throws IOException {
            Path path = folder.resolve(told.name());
            if (!Files.exists(path)) throw new Suixin.NotGenuine(told.name() + " is not beside the manifest: download it, too");
            this.told = told;
            size = Files.size(path);
            source = new DigestInputStream(new BufferedInputStream(Files.newInputStream(path), PIECE), Snapshot.digest());
        }

        @Override
        public byte[] next() throws IOException {
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            try {
                if (inflated == null) inflated = new BufferedInputStream(new GZIPInputStream(source, PIECE), PIECE);
                int octet;
                while ((octet = inflated.read()) != '\n') {
                    if (octet < 0 && line.size() == 0) return null;
                    if (octet < 0 || line.size() == LONGEST_LINE) throw new Suixin.NotGenuine(told.name() + ": a line that does not end");
                    line.write(octet);
                }
            } catch (EOFException error) {
                throw new Suixin.NotGenuine(told.name() + " ends early: go on with its download");
            } catch (ZipException error) {
                throw new Suixin.NotGenuine(told.name() + " is damaged: " + error.getMessage());
            }
            count++;
            return line.toByteArray();
        }

        void check() throws IOException {
            while (source.read(new byte[PIECE]) >= 0) continue;
            told.check(size, text(source.getMessageDigest()), count);
        }

        @Override
        public void close() throws IOException {
            source.close();
        }
    }

    private static Bulk.Manifest check(Suixin.Verifier verifier, Command.Memory memory, Path folder) throws IOException {
        Bulk.Manifest manifest = Bulk.open(verifier, Files.readAllBytes(folder.resolve(MANIFEST)));
        try (Lines profiles = new Lines(folder, manifest.file("profiles")); Lines names = new Lines(folder, manifest.file("names"));
            Lines annexes = new Lines(folder, manifest.file("annexes"))) {
            Bulk.check(verifier, manifest, profiles, names, annexes);
            for (Lines lines : List.of(profiles, names, annexes)) lines.check();
        }
        memory.note(manifest.status());
        return manifest;
    }

    // --- over the network -------------------------------------------------------------------------------------------------

    private static long size(Path path) throws IOException {
        return Files.exists(path) ? Files.size(path) : 0;
    }

    private static boolean isThere(Path path, Bulk.Told told) throws IOException {
        if (!Files.exists(path) || Files.size(path) != told.bytes()) return false;
        MessageDigest digest = digest();
        try (InputStream file = Files.newInputStream(path)) {
            byte[] piece = new byte[PIECE];
            for (int length; (length = file.read(piece)) >= 0;) digest.update(piece, 0, length);
        }
        return text(digest).equals(told.digest());
    }

    /** As much of the rest as comes, and how long to wait before the next piece; a file that is another by now is begun anew. */
    private static int fetchPiece(Exchange exchange, String path, Path part, Bulk.Told told) throws IOException, InterruptedException {
        long start = size(part);
        // What is not compressed anew on the way can be gone on with.
        Map<String, String> headers = new HashMap<>(Map.of("Accept-Encoding", "identity"));
        if (start > 0) headers.putAll(Map.of("Range", "bytes=" + start + "-", "If-Range", "\"" + told.digest().substring(7) + "\""));
        HttpResponse<InputStream> answer = exchange.open(path, headers);
        try (InputStream stream = answer.body()) {
            int code = answer.statusCode(), wait = Exchange.waitAsked(answer.headers(), 1);
            if (code == 416) {
                Files.deleteIfExists(part);
                throw new IOException("it has no such range");
            }
            if ((code == 429 || code == 503) && wait <= Exchange.LONGEST_WAIT) return wait;
            if (code != 200 && code != 206) throw new Exchange.Answer(code, answer.headers(), exchange.whole(stream)).problem();
            boolean isRest = code == 206 && answer.headers().firstValue("Content-Range").orElse("").startsWith("bytes " + start + "-");
            if (code == 206 && !isRest) throw new IOException("another range came than was asked for");
            StandardOpenOption way = isRest ? StandardOpenOption.APPEND : StandardOpenOption.TRUNCATE_EXISTING;
            try (OutputStream file = Files.newOutputStream(part, StandardOpenOption.CREATE, StandardOpenOption.WRITE, way)) {
                write(exchange, stream, file, isRest ? start : 0, told);
            }
        }
        return 0;
    }

    private static void write(Exchange exchange, InputStream stream, OutputStream file, long size, Bulk.Told told) throws IOException {
        byte[] piece = new byte[PIECE];
        while (true) {
            // Patience begins anew with each piece: nobody knows how long a whole file takes.
            Future<?> end = exchange.interrupting(stream);
            int length = stream.read(piece);
            end.cancel(false);
            if (length < 0) return;
            if ((size += length) > told.bytes()) throw new Suixin.NotGenuine(told.name() + " is longer than the manifest says");
            file.write(piece, 0, length);
        }
    }

    private static void fetchFile(Exchange exchange, String identity, Path folder, Bulk.Told told) throws IOException, InterruptedException {
        Path path = folder.resolve(told.name());
        Path part = Path.of(path + "." + identity + ".part");
        long furthest = size(part);
        int attempts = 0;
        String words = "nothing more comes";
        while (!isThere(path, told)) {
            if (size(part) >= told.bytes() && Files.exists(part)) {
                if (!isThere(part, told)) {
                    Files.delete(part);
                    throw new Suixin.NotGenuine(told.name() + " is not the file that the manifest describes");
                }
                Files.move(part, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
                return;
            }
            int wait = 0;
            try {
                wait = fetchPiece(exchange, "/v1/snapshots/" + identity + "/" + told.name(), part, told);
            } catch (IOException error) {
                words = error.toString();
            }
            // Whoever gets on may break off as often as he likes.
            attempts = size(part) > furthest ? 0 : attempts + 1;
            furthest = Math.max(furthest, size(part));
            if (attempts > Exchange.ATTEMPTS) {
                throw new Command.Stop(Command.UNAVAILABLE, "the download of " + told.name() + " does not get on: " + words);
            }
            if (attempts > 0) Thread.sleep(1000L * (wait > 0 ? wait : Math.min(1 << attempts, exchange.patience)));
        }
    }

    private static void download(Exchange exchange, Suixin.Verifier verifier, Path folder) throws IOException, InterruptedException {
        byte[] document = exchange.fetch("/v1/snapshots/latest");
        Bulk.Manifest manifest = Bulk.open(verifier, document);
        // An old state is not even begun.
        verifier.checkSeen(manifest.status());
        Client.createFolder(folder);
        for (String part : Bulk.PARTS) fetchFile(exchange, manifest.manifest().text("id"), folder, manifest.file(part));
        Command.replace(folder.resolve(MANIFEST), document);
    }

    // --- the command ------------------------------------------------------------------------------------------------------

    private static int run(String[] arguments) throws IOException, InterruptedException {
        Command.Options given = Command.Options.of(arguments, "folder", "none");
        boolean isOffline = given.has("folder") && given.has("jwks");
        if (!isOffline && given.alone().size() != 2) {
            throw new Command.Stop(Command.USAGE, "give BASE and FOLDER, or --folder and --jwks");
        }
        Command.Memory memory = new Command.Memory(given.get("remember"));
        Exchange exchange = given.has("folder") ? null : new Exchange(given.alone().get(0));
        Suixin.Verifier verifier = new Suixin.Verifier(given.keys(exchange), given.clock(), given.get("issuer"), memory.positions);
        Path folder = Path.of(exchange == null ? given.get("folder") : given.alone().get(1));
        if (exchange != null) download(exchange, verifier, folder);
        Bulk.Manifest manifest = check(verifier, memory, folder);
        verifier.checkTime(manifest.status());
        List<String> counts = new ArrayList<>();
        for (String part : Bulk.PARTS) counts.add(manifest.file(part).count() + " " + part);
        Command.print("whole and current: " + String.join(", ", counts) + "\n  the changes go on with after="
            + manifest.manifest().number("after"));
        return Command.CURRENT;
    }

    public static void main(String[] arguments) throws InterruptedException {
        Command.Verdict verdict = Command.judged(() -> run(arguments));
        if (verdict.words() != null) {
            Command.print(switch (verdict.code()) {
                case Command.FALSE -> "NOT GENUINE";
                case Command.GENUINE -> "whole and genuine, but not shown to be current";
                default -> "no verdict";
            } + "\n  " + verdict.words());
        }
        System.exit(verdict.code());
    }
}
