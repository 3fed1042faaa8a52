import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Verifies what a Suixin exchange signs: no network, no clock, no files. {@code Documentation/wire-format.md} is the contract.
 * Java 17, no dependencies.
 */
final class Suixin {
    static final String PROFILE = "suixin-profile+jws";
    static final String STATUS = "suixin-status+jws";
    static final String ABSENCE = "suixin-absence+jws";
    static final Pattern ID = Pattern.compile("sx[0123456789abcdefghjkmnpqrstvwxyz]{20}");
    private static final int DOCUMENT_LIMIT = 192 * 1024;
    private static final int HEADER_LIMIT = 512;
    private static final int PAYLOAD_LIMIT = 96_000;
    private static final int STATUS_LIFETIME = 7200;
    /** What a sandbox signs is invented: it is taken from whoever names this issuer, and from nobody by mistake. */
    static final String SANDBOX = "https://sandbox.suixin.invalid";
    private static final int CLOCK_DIFFERENCE = 120;
    private static final Pattern FLATTENED = Pattern.compile(
        "\\{\"payload\":\"(?<payload>[\\w-]+)\",\"protected\":\"(?<protected>[\\w-]+)\",\"signature\":\"(?<signature>[\\w-]+)\"}");
    private static final Pattern COMPACT = Pattern.compile("(?<protected>[\\w-]+)\\.(?<payload>[\\w-]+)\\.(?<signature>[\\w-]+)");
    private static final Pattern STEP = Pattern.compile("\"([\\w-]+)\"(?:;name=\"([ !#-+\\--:<-\\[\\]-~]+)\")?");
    private static final Pattern DIGEST = Pattern.compile("sha256:[0-9a-f]{64}");

    private Suixin() {}

    /** It is not what it says it is: somebody made or changed it. */
    static final class NotGenuine extends RuntimeException {
        NotGenuine(String message) { super(message); }
    }

    /** It is genuine, but not shown to be what the exchange says now. */
    static final class NotCurrent extends RuntimeException {
        NotCurrent(String message) { super(message); }
    }

    /** The JWKS cannot be used: no document was looked at. */
    static final class UnusableKeys extends RuntimeException {
        UnusableKeys(String message) { super("not the JWKS of an exchange: " + message); }
    }

    // --- bytes ------------------------------------------------------------------------------------------------------------

    /** Strict: no padding, no other alphabet, no spare bits. One byte string has one text. */
    static byte[] base64url(String text) {
        try {
            byte[] data = Base64.getUrlDecoder().decode(text);
            if (base64url(data).equals(text)) return data;
        } catch (IllegalArgumentException error) {
            // Said below.
        }
        throw new NotGenuine("not canonical base64url");
    }

    static String base64url(byte[] data) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(data);
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static byte[] sha256(byte[]... parts) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (byte[] part : parts) digest.update(part);
            return digest.digest();
        } catch (GeneralSecurityException error) {
            throw new IllegalStateException(error);
        }
    }

    static String digestText(byte[] data) {
        return "sha256:" + HexFormat.of().formatHex(sha256(data));
    }

    /** {@code sx} and the first 100 bits of SHA-256 in an alphabet without look-alikes. */
    static String shortDigest(byte[] data) {
        BigInteger bits = new BigInteger(1, sha256(data)).shiftRight(156);
        StringBuilder text = new StringBuilder("sx");
        for (int shift = 95; shift >= 0; shift -= 5) {
            text.append("0123456789abcdefghjkmnpqrstvwxyz".charAt(bits.shiftRight(shift).intValue() & 31));
        }
        return text.toString();
    }

    /** Reads JSON that is written canonically. */
    static Map<String, Object> readCanonical(byte[] data) {
        try {
            Object value = Json.read(data);
            if (!Arrays.equals(utf8(Json.canonical(value)), data)) throw new NotGenuine("not canonical JSON");
            return Json.object(value);
        } catch (IllegalArgumentException error) {
            throw new NotGenuine(error.getMessage());
        }
    }

    static void require(Map<String, Object> members, Class<?> kind, String... names) {
        for (String name : names) {
            if (!kind.isInstance(members.get(name))) throw new NotGenuine(name + " is missing or of another kind");
        }
    }

    static void requireIssued(Map<String, Object> members) {
        require(members, Long.class, "iat");
        require(members, String.class, "iss");
        long issued = (Long) members.get("iat");
        if (issued < 0 || issued >= 253_402_300_800L) throw new NotGenuine("iat lies outside the years 1970 to 9999");
    }

    // --- keys and signatures ----------------------------------------------------------------------------------------------

    static boolean isGood(String algorithm, PublicKey key, byte[] message, byte[] signature) {
        try {
            Signature verifier = Signature.getInstance(algorithm);
            verifier.initVerify(key);
            verifier.update(message);
            return verifier.verify(signature);
        } catch (GeneralSecurityException error) {
            return false;
        }
    }

    /** A payload whose signature is good, by what it says it is. */
    record Opened(String kind, Map<String, Object> members, String digest) {
        String text(String name) { return (String) members.get(name); }
        long number(String name) { return (Long) members.get(name); }
        Map<String, Object> object(String name) { return Json.object(members.get(name)); }
    }

    private static Opened open(byte[] document, Keys keys, Map<String, Function<byte[], Map<String, Object>>> readers) {
        if (document.length > DOCUMENT_LIMIT) throw new NotGenuine("longer than anything that an exchange signs");
        String text = new String(document, StandardCharsets.ISO_8859_1).replaceAll("^[ \t\r\n]+|[ \t\r\n]+$", "");
        Matcher parts = FLATTENED.matcher(text);
        if (!parts.matches() && !(parts = COMPACT.matcher(text)).matches()) throw new NotGenuine("no JWS as the exchange writes it");
        byte[] headerBytes = base64url(parts.group("protected"));
        if (headerBytes.length > HEADER_LIMIT) throw new NotGenuine("a header longer than any that an exchange writes");
        Map<String, Object> header = readCanonical(headerBytes);
        // We understand no extension, so none may be critical; b64 changes what is signed (RFC 7797).
        if (header.containsKey("crit") || header.containsKey("b64")) throw new NotGenuine("its header asks for an extension");
        byte[] payload = base64url(parts.group("payload"));
        keys.check(header, utf8(parts.group("protected") + "." + parts.group("payload")), base64url(parts.group("signature")));
        if (payload.length > PAYLOAD_LIMIT) throw new NotGenuine("a payload longer than the exchange ever signs");
        if (!(header.get("typ") instanceof String kind) || !readers.containsKey(kind)) {
            throw new NotGenuine("signed, but not a " + String.join(" or ", readers.keySet()));
        }
        return new Opened(kind, readers.get(kind).apply(payload), digestText(payload));
    }

    // --- the three payloads -----------------------------------------------------------------------------------------------

    private static Map<String, Object> readProfile(byte[] data) {
        Map<String, Object> members = readCanonical(data);
        requireIssued(members);
        require(members, Map.class, "profile");
        require(members, String.class, "sub", "version");
        Object id = Json.object(members.get("profile")).get("id");
        String subject = (String) members.get("sub");
        if (members.size() != 5 || !ID.matcher(subject).matches() || !subject.equals(id)) {
            throw new NotGenuine("not a profile of its subject");
        }
        // Canonical as a whole, so written again the profile has the very bytes that were digested.
        if (!shortDigest(utf8(Json.canonical(members.get("profile")))).equals(members.get("version"))) {
            throw new NotGenuine("the version is not the digest of the profile");
        }
        return members;
    }

    private static Map<String, Object> readStatus(byte[] data) {
        Map<String, Object> members = readCanonical(data);
        requireIssued(members);
        require(members, Long.class, "exp", "position");
        require(members, Map.class, "sources");
        long issued = (Long) members.get("iat");
        long expires = (Long) members.get("exp");
        if (expires <= issued || expires > issued + STATUS_LIFETIME) throw new NotGenuine("the status lives longer than two hours");
        // A status from before there was a tree has none.
        if (members.containsKey("tree")) {
            require(members, Map.class, "tree");
            if (!DIGEST.matcher(String.valueOf(Json.object(members.get("tree")).get("root"))).matches()) {
                throw new NotGenuine("the status' tree has no root");
            }
        }
        return members;
    }

    private static Map<String, Object> readAbsence(byte[] data) {
        Map<String, Object> members = readCanonical(data);
        requireIssued(members);
        require(members, Long.class, "position");
        require(members, String.class, "key", "status");
        require(members, Map.class, "sources");
        if (members.size() != 6) throw new NotGenuine("a member that does not belong into an absence");
        return members;
    }

    // --- the hash tree ----------------------------------------------------------------------------------------------------

    /** One path of a proof, and the name to which it leads; null where it has none. */
    record Step(byte[] path, String name) {}

    /** Where the paths lead: the last name, and the digest of what is said of it. */
    record End(String name, byte[] said) {}

    private static boolean bit(byte[] key, int place) {
        return (key[place / 8] >> (7 - place % 8) & 1) != 0;
    }

    /**
     * What a path proves of a name: the digest of the statement, null that nothing is said.
     *
     * @throws NotCurrent where it does not lead from this root to this name
     */
    private static byte[] statementAt(byte[] path, String name, byte[] root) {
        byte[] key = sha256(utf8(name));
        require(path.length >= 3 && path[0] == 1 && path[1] >= 0 && path[1] <= 2);
        int end = path[1];
        int count = path[2] & 0xFF;
        int width = (count + 7) / 8;
        require(path.length >= 3 + width && (path.length - 3 - width) % 32 == 0);
        byte[] marks = Arrays.copyOfRange(path, 3, 3 + width);
        List<byte[]> hashes = new ArrayList<>();
        for (int place = 3 + width; place < path.length; place += 32) hashes.add(Arrays.copyOfRange(path, place, place + 32));
        byte[] zero = new byte[32];
        byte[][] siblings = new byte[count][];
        for (int place = 0; place < width * 8; place++) {
            boolean isShown = bit(marks, place);
            // One path has one form: no spare marks, no zero written out, nothing behind it.
            require(!isShown || place < count && !hashes.isEmpty() && !Arrays.equals(hashes.get(0), zero));
            if (place < count) siblings[place] = isShown ? hashes.remove(0) : zero;
        }
        require(hashes.size() == end);
        byte[] found = zero;
        if (end > 0) {
            byte[] leaf = end == 2 ? hashes.get(0) : key;
            // Another's leaf proves emptiness around it only where the asked key would lead to it.
            require(end == 1 || !Arrays.equals(leaf, key));
            for (int place = 0; place < count; place++) require(bit(leaf, place) == bit(key, place));
            found = sha256(new byte[] {0}, leaf, hashes.get(end - 1));
        }
        for (int depth = count - 1; depth >= 0; depth--) {
            found = bit(key, depth) ? sha256(new byte[] {1}, siblings[depth], found) : sha256(new byte[] {1}, found, siblings[depth]);
        }
        require(Arrays.equals(found, root));
        return end == 1 ? hashes.get(0) : null;
    }

    static void require(boolean isRight) {
        if (!isRight) throw new NotCurrent("a path of the proof does not lead from the status to what was asked for");
    }

    /** The field Suixin-Proof. */
    static List<Step> readProof(String field) {
        List<Step> steps = new ArrayList<>();
        for (String item : field.strip().split(",", -1)) {
            Matcher match = STEP.matcher(item.strip());
            if (!match.matches() || field.length() > 64 * 1024 || steps.size() == 32) {
                throw new NotGenuine("the proof cannot be read: it must be the field Suixin-Proof as it came");
            }
            steps.add(new Step(base64url(match.group(1)), match.group(2)));
        }
        return steps;
    }

    /** Whether a digest is that of a statement such as {"movedTo":"sx…"}. */
    static boolean isStatement(byte[] digest, String name, Object value) {
        return Arrays.equals(digest, sha256(utf8("{\"" + name + "\":" + Json.canonical(value) + "}")));
    }

    /** The names under which the tree would speak of what was asked for: an id, or a code and the id of a registry key. */
    static List<String> namesOf(String asked) {
        String plain = asked.replaceAll("[\\s-]", "");
        String id = plain.toLowerCase(Locale.ROOT);
        if (ID.matcher(id).matches()) return List.of(id);
        return List.of(plain.toUpperCase(Locale.ROOT), shortDigest(utf8("suixin/enterprise/pripid/" + asked.strip())));
    }

    /** Follows the paths from what was asked for. */
    static End follow(List<Step> steps, List<String> names, byte[] root) {
        String name = steps.get(0).name() == null ? names.get(0) : steps.get(0).name();
        if (!names.contains(name)) throw new NotCurrent("the proof is of another name than was asked for");
        for (int place = 0;; place++) {
            byte[] said = statementAt(steps.get(place).path(), name, root);
            if (said == null) throw new NotCurrent("the proof says that nothing is known");
            if (place + 1 == steps.size()) return new End(name, said);
            name = steps.get(place + 1).name();
            if (name == null || !isStatement(said, "holders", List.of(name)) && !isStatement(said, "movedTo", name)) {
                throw new NotCurrent("one path of the proof does not lead to the next");
            }
        }
    }

    /** Every name under which it could be known must be proven absent, a registry key's id too. */
    private static void checkAbsence(List<Step> steps, List<String> names, byte[] root) {
        if (steps.size() < names.size()) throw new NotCurrent("the proof is not of every name under which this could be known");
        for (int place = 0; place < names.size(); place++) {
            Step step = steps.get(place);
            String name = step.name() == null ? names.get(0) : step.name();
            if (!name.equals(names.get(place)) || statementAt(step.path(), name, root) != null) {
                throw new NotCurrent("the proof does not show that nothing is known by this");
            }
        }
    }

    // --- the whole answer -------------------------------------------------------------------------------------------------

    /**
     * Judges answers.
     *
     * @param issuer who must have issued; null takes whoever the keys belong to
     * @param seen the greatest position that was ever shown, by issuer; a lower one is an old state shown again
     */
    record Verifier(Keys keys, long now, String issuer, Map<String, Object> seen) {
        Opened openStatus(byte[] document) { return open(document, Map.of(STATUS, Suixin::readStatus)); }
        Opened openProfile(byte[] document) { return open(document, Map.of(PROFILE, Suixin::readProfile)); }

        Opened openAnswer(byte[] document) {
            return open(document, Map.of(PROFILE, Suixin::readProfile, ABSENCE, Suixin::readAbsence));
        }

        /** Checks signature, type and issuer; the readers are named by types. */
        Opened open(byte[] document, Map<String, Function<byte[], Map<String, Object>>> readers) {
            Opened opened = Suixin.open(document, keys, readers);
            if (issuer != null && !issuer.equals(opened.text("iss"))) throw new NotGenuine("issued by somebody else");
            if (issuer == null && opened.text("iss").toLowerCase(java.util.Locale.ROOT).startsWith(SANDBOX)) {
                throw new NotGenuine("issued by a sandbox: all of it is invented (--issuer " + SANDBOX + " takes it)");
            }
            return opened;
        }

        /** @throws NotCurrent unless the answer is what the exchange says as of an unexpired status */
        void checkCurrency(Opened answer, Opened status, String proof, String asked) {
            byte[] root = root(status);
            List<Step> steps = readProof(proof);
            if (answer.kind().equals(PROFILE)) {
                String first = steps.get(0).name() == null ? "" : steps.get(0).name();
                End end = follow(steps, asked == null ? List.of(first) : namesOf(asked), root);
                if (!end.name().equals(answer.text("sub")) || !isStatement(end.said(), "version", answer.text("version"))) {
                    throw new NotCurrent("the proof leads to another version or another enterprise");
                }
            } else {
                if (asked == null) throw new NotCurrent("without what was asked for nobody can tell whose absence it is");
                List<String> names = namesOf(asked);
                if (!answer.text("key").equals(digestText(utf8(names.get(0))))) {
                    throw new NotCurrent("the absence is of another name than was asked for");
                }
                if (!answer.text("status").equals(status.digest()) || answer.number("position") != status.number("position")) {
                    throw new NotCurrent("the absence speaks of another status");
                }
                checkAbsence(steps, names, root);
            }
            checkTime(status);
        }

        byte[] root(Opened status) {
            if (!status.members().containsKey("tree")) throw new NotCurrent("the status has no tree: no proof can be checked by it");
            return HexFormat.of().parseHex(((String) status.object("tree").get("root")).substring(7));
        }

        /** An old state shown again is refused. */
        void checkSeen(Opened status) {
            long position = status.number("position");
            if (seen.get(status.text("iss")) instanceof Long before && position < before) {
                throw new NotCurrent("the status is of position " + position + ", but " + before + " was seen before");
            }
        }

        void checkTime(Opened status) {
            checkSeen(status);
            if (now >= status.number("exp")) throw new NotCurrent("the status has expired");
            if (status.number("iat") > now + CLOCK_DIFFERENCE) {
                throw new NotCurrent("the status was issued in the future: one of the clocks is wrong");
            }
        }
    }
}
