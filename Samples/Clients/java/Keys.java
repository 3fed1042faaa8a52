import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.EdECPoint;
import java.security.spec.EdECPublicKeySpec;
import java.security.spec.NamedParameterSpec;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The exchange's public keys. The key decides the algorithm, never the document. */
final class Keys {
    private record Known(String algorithm, PublicKey key) {}

    private final Map<String, Known> byId = new HashMap<>();

    Keys(byte[] jwks) {
        if (jwks.length > 1 << 20) throw new Suixin.UnusableKeys("too large");
        try {
            if (!(Json.object(Json.read(jwks)).get("keys") instanceof List<?> list)) throw new Suixin.UnusableKeys("no list of keys");
            for (Object jwk : list) add(Json.object(jwk));
        } catch (IllegalArgumentException | GeneralSecurityException | Suixin.NotGenuine error) {
            throw new Suixin.UnusableKeys(error.getMessage());
        }
    }

    private void add(Map<String, Object> jwk) throws GeneralSecurityException {
        String algorithm = switch (jwk.get("kty") + "/" + jwk.get("crv")) {
            case "EC/P-256" -> "ES256";
            case "OKP/Ed25519" -> "EdDSA";
            default -> null;
        };
        // Keys of kinds that are not used here are passed over (RFC 7517, section 5).
        if (algorithm == null || !jwk.getOrDefault("alg", algorithm).equals(algorithm)
            || !jwk.getOrDefault("use", "sig").equals("sig")) return;
        byte[] x = coordinate(jwk, "x");
        String thumbprint;
        PublicKey key;
        if (algorithm.equals("ES256")) {
            byte[] y = coordinate(jwk, "y");
            thumbprint = "{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"" + Suixin.base64url(x) + "\",\"y\":\"" + Suixin.base64url(y) + "\"}";
            AlgorithmParameters curve = AlgorithmParameters.getInstance("EC");
            curve.init(new ECGenParameterSpec("secp256r1"));
            ECPoint point = new ECPoint(new BigInteger(1, x), new BigInteger(1, y));
            key = KeyFactory.getInstance("EC")
                .generatePublic(new ECPublicKeySpec(point, curve.getParameterSpec(ECParameterSpec.class)));
        } else {
            thumbprint = "{\"crv\":\"Ed25519\",\"kty\":\"OKP\",\"x\":\"" + Suixin.base64url(x) + "\"}";
            key = ed25519(x);
        }
        // An id that is not the thumbprint (RFC 7638) would let one key pass for another.
        String kid = Suixin.base64url(Suixin.sha256(Suixin.utf8(thumbprint)));
        if (!jwk.getOrDefault("kid", kid).equals(kid)) throw new Suixin.UnusableKeys("a key whose kid is not its thumbprint");
        byId.put(kid, new Known(algorithm, key));
    }

    private static byte[] coordinate(Map<String, Object> jwk, String name) {
        byte[] bytes = jwk.get(name) instanceof String text ? Suixin.base64url(text) : new byte[0];
        if (bytes.length != 32) throw new Suixin.UnusableKeys("a coordinate has 32 bytes");
        return bytes;
    }

    /** RFC 8032: y from the lowest byte on, and in its highest bit whether x is odd. */
    private static PublicKey ed25519(byte[] raw) throws GeneralSecurityException {
        byte[] y = new byte[32];
        for (int place = 0; place < 32; place++) y[place] = raw[31 - place];
        boolean isOdd = (y[0] & 0x80) != 0;
        y[0] &= 0x7F;
        EdECPoint point = new EdECPoint(isOdd, new BigInteger(1, y));
        return KeyFactory.getInstance("Ed25519").generatePublic(new EdECPublicKeySpec(NamedParameterSpec.ED25519, point));
    }

    /** The Ed25519 keys, which sign webhooks. */
    List<PublicKey> ed25519() {
        return byId.values().stream().filter(known -> known.algorithm.equals("EdDSA")).map(Known::key).toList();
    }

    void check(Map<String, Object> header, byte[] message, byte[] signature) {
        Known known = header.get("kid") instanceof String kid ? byId.get(kid) : null;
        if (known == null) {
            throw new Suixin.NotGenuine("signed by a key that is not among those handed in: fetch the JWKS anew from where you trust");
        }
        if (!known.algorithm.equals(header.get("alg"))) throw new Suixin.NotGenuine("the algorithm is not the key's");
        if (signature.length != 64) throw new Suixin.NotGenuine("a signature has 64 bytes");
        // P1363: r and s side by side, as JOSE has them.
        String name = known.algorithm.equals("ES256") ? "SHA256withECDSAinP1363Format" : "Ed25519";
        if (!Suixin.isGood(name, known.key, message, signature)) {
            throw new Suixin.NotGenuine("the signature does not fit: changed, or signed by somebody else");
        }
    }
}
