import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A strict JSON reader, since the JDK has none: no name twice, whole numbers only, nothing behind the end. A platform that has
 * Jackson reads with STRICT_DUPLICATE_DETECTION instead.
 *
 * <p>Objects become sorted maps (String compares by UTF-16, as RFC 8785 asks), lists lists, numbers Long, texts String.
 */
final class Json {
    private static final int DEEPEST = 64;
    private final String text;
    private int place;

    private Json(String text) {
        this.text = text;
    }

    static Object read(byte[] data) {
        try {
            String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(data)).toString();
            Json json = new Json(text);
            Object value = json.value(0);
            json.skipBlanks();
            if (json.place != text.length()) throw json.wrong("more behind the end");
            return value;
        } catch (CharacterCodingException error) {
            throw new IllegalArgumentException("no UTF-8", error);
        }
    }

    @SuppressWarnings("unchecked")
    static Map<String, Object> object(Object value) {
        if (value instanceof Map<?, ?> map) return (Map<String, Object>) map;
        throw new IllegalArgumentException("no JSON object where one belongs");
    }

    /** RFC 8785 for what an exchange writes. */
    static String canonical(Object value) {
        if (value instanceof Map<?, ?> map) {
            return map.entrySet().stream().map(member -> quoted((String) member.getKey()) + ":" + canonical(member.getValue()))
                .collect(Collectors.joining(",", "{", "}"));
        }
        if (value instanceof List<?> list) return list.stream().map(Json::canonical).collect(Collectors.joining(",", "[", "]"));
        return value instanceof String string ? quoted(string) : String.valueOf(value);
    }

    private static String quoted(String text) {
        StringBuilder json = new StringBuilder("\"");
        for (char character : text.toCharArray()) {
            int known = "\"\\\b\f\n\r\t".indexOf(character);
            if (known >= 0) json.append('\\').append("\"\\bfnrt".charAt(known));
            else if (character < 0x20) json.append(String.format("\\u%04x", (int) character));
            else json.append(character);
        }
        return json.append('"').toString();
    }

    private Object value(int depth) {
        if (depth > DEEPEST) throw wrong("nested too deep");
        skipBlanks();
        char first = peek();
        if (first == '{') return object(depth);
        if (first == '[') return list(depth);
        if (first == '"') return string();
        for (String word : List.of("true", "false", "null")) {
            if (text.startsWith(word, place)) {
                place += word.length();
                return first == 'n' ? null : (Object) (first == 't');
            }
        }
        int start = place;
        if (peek() == '-') place++;
        while (place < text.length() && text.charAt(place) >= '0' && text.charAt(place) <= '9') place++;
        String number = text.substring(start, place);
        if (!number.matches("0|-?[1-9][0-9]{0,18}")) throw wrong("no whole number");
        return Long.valueOf(number);
    }

    private Map<String, Object> object(int depth) {
        Map<String, Object> members = new TreeMap<>();
        place++;
        skipBlanks();
        if (peek() == '}') {
            place++;
            return members;
        }
        do {
            skipBlanks();
            String name = string();
            skipBlanks();
            expect(':');
            if (members.containsKey(name)) throw wrong("a name twice");
            members.put(name, value(depth + 1));
            skipBlanks();
        } while (isNext(','));
        expect('}');
        return members;
    }

    private List<Object> list(int depth) {
        List<Object> values = new ArrayList<>();
        place++;
        skipBlanks();
        if (peek() == ']') {
            place++;
            return values;
        }
        do {
            values.add(value(depth + 1));
            skipBlanks();
        } while (isNext(','));
        expect(']');
        return values;
    }

    private String string() {
        expect('"');
        StringBuilder string = new StringBuilder();
        while (peek() != '"') {
            char character = text.charAt(place++);
            if (character < 0x20) throw wrong("a control character in a text");
            if (character != '\\') {
                string.append(character);
                continue;
            }
            char escaped = peek();
            place++;
            int known = "\"\\/bfnrt".indexOf(escaped);
            if (known >= 0) {
                string.append("\"\\/\b\f\n\r\t".charAt(known));
            } else if (escaped == 'u' && text.substring(place, Math.min(place + 4, text.length())).matches("[0-9a-fA-F]{4}")) {
                string.append((char) Integer.parseInt(text.substring(place, place + 4), 16));
                place += 4;
            } else {
                throw wrong("an escape that is none");
            }
        }
        place++;
        return string.toString();
    }

    private char peek() {
        if (place >= text.length()) throw wrong("it ends too early");
        return text.charAt(place);
    }

    private boolean isNext(char character) {
        if (peek() != character) return false;
        place++;
        return true;
    }

    private void expect(char character) {
        if (!isNext(character)) throw wrong("no " + character + " where one belongs");
    }

    private void skipBlanks() {
        while (place < text.length() && " \t\r\n".indexOf(text.charAt(place)) >= 0) place++;
    }

    private IllegalArgumentException wrong(String what) {
        return new IllegalArgumentException("no strict JSON: " + what + " at character " + place);
    }
}
