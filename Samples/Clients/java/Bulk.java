import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Checks a snapshot: that its files are exactly what the root in the signed status was signed over. No network, no clock, no files. */
final class Bulk {
    static final List<String> PARTS = List.of("profiles", "names", "annexes");
    private static final String SNAPSHOT = "suixin-snapshot+jws";
    private static final Pattern DIGEST = Pattern.compile("sha256:[0-9a-f]{64}");
    private static final byte[] ZERO = new byte[32];
    private static final int WIDTH = 256;

    private Bulk() {}

    /** What comes one after the other; null at the end. */
    interface Source<Item> {
        Item next() throws IOException;
    }

    /** A manifest, and the status in it. */
    record Manifest(Suixin.Opened manifest, Suixin.Opened status) {
        Told file(String part) {
            Map<String, Object> file = Json.object(manifest.object("files").get(part));
            return new Told((String) file.get("name"), (String) file.get("digest"), (Long) file.get("bytes"), (Long) file.get("count"));
        }
    }

    /** What a manifest tells of a file. */
    record Told(String name, String digest, long bytes, long count) {
        void check(long size, String digest, long count) {
            if (bytes != size || !this.digest.equals(digest)) {
                throw new Suixin.NotGenuine(name + " is not the file that the manifest describes");
            }
            if (this.count != count) {
                throw new Suixin.NotGenuine(name + " has " + count + " lines, the manifest says " + this.count);
            }
        }
    }

    private static Map<String, Object> readManifest(byte[] data) {
        Map<String, Object> members = Suixin.readCanonical(data);
        Suixin.requireIssued(members);
        Suixin.require(members, Long.class, "after", "position");
        Suixin.require(members, Map.class, "files", "status", "tree");
        Suixin.require(members, String.class, "id", "statusDigest");
        Map<String, Object> files = Json.object(members.get("files"));
        for (String part : PARTS) {
            if (!(files.get(part) instanceof Map<?, ?> file) || !(part + ".ndjson.gz").equals(file.get("name"))
                || !DIGEST.matcher(String.valueOf(file.get("digest"))).matches()) {
                throw new Suixin.NotGenuine("the manifest does not describe " + part);
            }
            Suixin.require(Json.object(file), Long.class, "bytes", "count");
        }
        if (!((String) members.get("id")).matches("[0-9]+-[0-9]+-[0-9a-f]{12}")) throw new Suixin.NotGenuine("no id of a snapshot");
        return members;
    }

    /** The manifest and the status in it, which must be of one piece. */
    static Manifest open(Suixin.Verifier verifier, byte[] document) {
        Suixin.Opened manifest = verifier.open(document, Map.of(SNAPSHOT, Bulk::readManifest));
        Suixin.Opened status = verifier.openStatus(Suixin.utf8(Json.canonical(manifest.members().get("status"))));
        Object tree = status.members().get("tree");
        List<Object> told = Arrays.asList(manifest.text("statusDigest"), manifest.text("iss"), manifest.number("position"),
            manifest.members().get("tree"), manifest.number("after"));
        Object change = tree instanceof Map<?, ?> members ? members.get("change") : null;
        if (!told.equals(Arrays.asList(status.digest(), status.text("iss"), status.number("position"), tree, change))) {
            throw new Suixin.NotGenuine("the manifest is of another status than the one in it");
        }
        return new Manifest(manifest, status);
    }

    // --- the tree ---------------------------------------------------------------------------------------------------------

    private record Leaf(byte[] key, byte[] value, String name) {}

    private record Subtree(boolean isMany, byte[] hash) {}

    /** A left half that waits for its right one, and how many first bits both have in common. */
    private record Left(Subtree subtree, int parted) {}

    /** The root of a hash tree whose leaves come in its order, in memory that does not depend on their number. */
    private static final class Fold {
        private final Deque<Left> waiting = new ArrayDeque<>();
        private byte[] latest;
        private byte[] hash;
        private long count;

        void add(Leaf leaf) {
            if (latest != null) {
                int differing = Arrays.mismatch(latest, leaf.key);
                if (differing < 0 || Arrays.compareUnsigned(leaf.key, latest) < 0) {
                    throw new Suixin.NotGenuine(leaf.name + " comes twice or out of order");
                }
                int depth = differing * 8 + Integer.numberOfLeadingZeros((latest[differing] ^ leaf.key[differing]) & 0xFF) - 24;
                waiting.push(new Left(closed(depth), depth));
            }
            latest = leaf.key;
            hash = Suixin.sha256(new byte[] {0}, leaf.key, leaf.value);
            count++;
        }

        byte[] root() { return latest == null ? ZERO : closed(-1).hash; }

        private Subtree closed(int depth) {
            Subtree found = new Subtree(false, hash);
            int place = WIDTH;
            while (!waiting.isEmpty() && waiting.peek().parted > depth) {
                Left left = waiting.pop();
                found = new Subtree(true, node(left.subtree.hash, raised(found, place, left.parted + 1).hash));
                place = left.parted;
            }
            return raised(found, place, depth + 1);
        }

        /** With only emptiness beside it, so many steps up; a leaf that is alone stands for whatever it is alone in. */
        private Subtree raised(Subtree subtree, int place, int depth) {
            byte[] found = subtree.hash;
            while (subtree.isMany && place > depth) {
                place--;
                boolean isRight = (latest[place >> 3] >> (7 - (place & 7)) & 1) == 1;
                found = isRight ? node(ZERO, found) : node(found, ZERO);
            }
            return new Subtree(subtree.isMany, found);
        }

        private static byte[] node(byte[] left, byte[] right) { return Suixin.sha256(new byte[] {1}, left, right); }
    }

    // --- the lines --------------------------------------------------------------------------------------------------------

    /** The digests under {@code rest}, in the order of the document. */
    private static void annexDigests(Object value, List<String> digests) {
        if (value instanceof List<?> list) list.forEach(member -> annexDigests(member, digests));
        if (value instanceof Map<?, ?> map) {
            map.forEach((name, member) -> {
                if (name.equals("rest") && member instanceof Map<?, ?> rest && rest.get("digest") instanceof String digest) {
                    digests.add(digest);
                } else {
                    annexDigests(member, digests);
                }
            });
        }
    }

    private static void checkAnnex(byte[] line, String digest, String subject) {
        Map<String, Object> annex = line == null ? Map.of() : Suixin.readCanonical(line);
        if (!digest.equals(annex.get("digest")) || !subject.equals(annex.get("sub")) || annex.size() != 3
            || !Suixin.shortDigest(Suixin.utf8(Json.canonical(annex.get("annex")))).equals(digest)) {
            throw new Suixin.NotGenuine("the annex " + digest + " of " + subject + " is missing or another");
        }
    }

    private static Source<Leaf> profileLeaves(Source<byte[]> lines, Source<byte[]> annexes, Suixin.Verifier verifier, String issuer) {
        return () -> {
            byte[] line = lines.next();
            if (line == null) return null;
            Suixin.Opened profile = verifier.openProfile(line);
            if (!profile.text("iss").equals(issuer)) throw new Suixin.NotGenuine("a profile that somebody else issued");
            List<String> digests = new ArrayList<>();
            annexDigests(profile.members().get("profile"), digests);
            for (String digest : digests) checkAnnex(annexes.next(), digest, profile.text("sub"));
            String statement = Json.canonical(Map.of("version", profile.text("version")));
            return new Leaf(Suixin.sha256(Suixin.utf8(profile.text("sub"))), Suixin.sha256(Suixin.utf8(statement)), profile.text("sub"));
        };
    }

    private static boolean isId(Object value) {
        return value instanceof String id && Suixin.ID.matcher(id).matches();
    }

    private static Source<Leaf> nameLeaves(Source<byte[]> lines) {
        return () -> {
            byte[] line = lines.next();
            if (line == null) return null;
            Map<String, Object> statement = new TreeMap<>(Suixin.readCanonical(line));
            boolean isNamed = statement.containsKey("name") != statement.containsKey("key");
            Object name = statement.remove("name");
            Object key = statement.remove("key");
            boolean isHolders = statement.get("holders") instanceof List<?> holders && !holders.isEmpty()
                && holders.stream().allMatch(Bulk::isId);
            boolean isGood = isNamed && (name instanceof String || key instanceof String text && DIGEST.matcher(text).matches());
            if (statement.size() != 1 || !isGood || !isHolders && !isId(statement.get("movedTo"))) {
                throw new Suixin.NotGenuine("a line that no snapshot has");
            }
            byte[] place = name instanceof String text ? Suixin.sha256(Suixin.utf8(text))
                : HexFormat.of().parseHex(((String) key).substring(7));
            return new Leaf(place, Suixin.sha256(Suixin.utf8(Json.canonical(statement))), String.valueOf(name == null ? key : name));
        };
    }

    /** @throws Suixin.NotGenuine unless the lines are all that the status says: none left out, none added, none of another version */
    static void check(Suixin.Verifier verifier, Manifest told, Source<byte[]> profiles, Source<byte[]> names, Source<byte[]> annexes)
        throws IOException {
        Fold fold = new Fold();
        Source<Leaf> first = profileLeaves(profiles, annexes, verifier, told.manifest.text("iss"));
        Source<Leaf> second = nameLeaves(names);
        Leaf a = first.next();
        Leaf b = second.next();
        // Both go by the places in the tree; that they do so is checked where they are put together.
        while (a != null || b != null) {
            boolean isFirst = b == null || a != null && Arrays.compareUnsigned(a.key, b.key) <= 0;
            fold.add(isFirst ? a : b);
            if (isFirst) a = first.next();
            else b = second.next();
        }
        if (annexes.next() != null) throw new Suixin.NotGenuine("an annex that no profile names");
        Map<String, Object> tree = told.manifest.object("tree");
        String root = "sha256:" + HexFormat.of().formatHex(fold.root());
        if (!Long.valueOf(fold.count).equals(tree.get("count")) || !root.equals(tree.get("root"))) {
            throw new Suixin.NotGenuine("these are not the ids and codes that the status' root was signed over: something was left out, "
                + "added, or is of another version");
        }
    }
}
