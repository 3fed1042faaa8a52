/// Writes canonical JSON (RFC 8785) straight into bytes, without a tree: for what is written millions of times.
///
/// The caller gives the keys of an object in canonical order, by UTF-16 code units (for ASCII keys: as bytes); debug builds check it.
public struct CanonicalJSONWriter: Sendable {
    /// What was written so far.
    public private(set) var bytes: [UInt8] = []
    private var needsComma = false
    /// The last key of each open object; kept in debug builds only.
    private var lastKeys: [String?] = []

    /// An empty document.
    public init(reservingCapacity capacity: Int = 0) { bytes.reserveCapacity(capacity) }

    /// Opens an object, as a value.
    public mutating func beginObject() {
        open(UInt8(ascii: "{"))
        assert(pushObject())
    }

    /// Closes the innermost object.
    public mutating func endObject() {
        close(UInt8(ascii: "}"))
        assert(lastKeys.popLast() != nil, "no object is open")
    }

    /// Opens a list, as a value.
    public mutating func beginArray() { open(UInt8(ascii: "[")) }

    /// Closes the innermost list.
    public mutating func endArray() { close(UInt8(ascii: "]")) }

    /// Begins a member; its value is written next.
    public mutating func key(_ name: String) {
        assert(noteKey(name), "key '\(name)' is out of order")
        separate()
        CanonicalText.append(name, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    /// Begins a member whose name was made ready.
    public mutating func key(_ name: Name) {
        assert(noteKey(name.text), "key '\(name.text)' is out of order")
        separate()
        bytes += name.bytes
        needsComma = false
    }

    /// A member's name as it is written, with its colon: for members of what is written millions of times.
    public struct Name: Sendable {
        fileprivate let text: String
        fileprivate let bytes: [UInt8]

        /// Makes a name ready.
        public init(_ text: String) {
            self.text = text
            var bytes: [UInt8] = []
            CanonicalText.append(text, to: &bytes)
            self.bytes = bytes + [UInt8(ascii: ":")]
        }
    }

    /// Writes a text.
    public mutating func string(_ text: String) {
        separate()
        CanonicalText.append(text, to: &bytes)
    }

    /// Writes a whole number, exactly.
    public mutating func integer(_ number: some BinaryInteger) {
        separate()
        bytes.append(contentsOf: String(number).utf8)
    }

    /// Writes a whole number, without a text of its own.
    public mutating func integer(_ number: Int64) {
        separate()
        CanonicalText.append(number, to: &bytes)
    }

    /// Writes a truth value.
    public mutating func bool(_ truth: Bool) {
        separate()
        bytes.append(contentsOf: (truth ? "true" : "false").utf8)
    }

    /// Writes `null`.
    public mutating func null() {
        separate()
        bytes.append(contentsOf: "null".utf8)
    }

    /// Writes any value.
    public mutating func value(_ value: JSONValue) {
        separate()
        value.appendCanonical(to: &bytes)
    }

    /// Writes a value whose canonical bytes are at hand.
    public mutating func canonical(_ value: some Sequence<UInt8>) {
        separate()
        bytes.append(contentsOf: value)
    }

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
    }

    private mutating func open(_ bracket: UInt8) {
        separate()
        bytes.append(bracket)
        needsComma = false
    }

    private mutating func close(_ bracket: UInt8) {
        bytes.append(bracket)
        needsComma = true
    }

    private mutating func pushObject() -> Bool {
        lastKeys.append(nil)
        return true
    }

    private mutating func noteKey(_ name: String) -> Bool {
        guard let last = lastKeys.popLast() else { return false }
        lastKeys.append(name)
        return last.map { CanonicalText.precedes($0, name) } ?? true
    }
}
