import CreditModel
public import XMLFeed

/// Decodes one answer while it comes.
final class PageCollector {
    private let reader: XMLFeedReader
    private var items: [FeedItem] = []
    private(set) var failure: AskFailure?

    init(shape: FeedShape, limits: FeedLimits) {
        reader = XMLFeedReader(shape: shape, limits: XMLLimits(limits))
    }

    /// Notes the header that tells how an HTML page is to be read.
    func begin(contentType: String?) { reader.contentType = contentType }

    /// Nothing of the answer is of use.
    func fail(_ error: AdapterError) { failure = AskFailure(error) }

    /// - Returns: false when the rest of the answer is of no use.
    func take(_ bytes: UnsafeRawBufferPointer) -> Bool {
        unsafe reader.push(bytes)
        return drain()
    }

    private func drain() -> Bool {
        do throws(XMLFeedError) {
            while let event = try reader.next() {
                if let item = FeedItem(event) { items.append(item) }
            }
            return true
        } catch {
            failure = AskFailure(error)
            return false
        }
    }

    func finish() throws(AskFailure) -> FeedPage {
        reader.finish()
        if failure == nil { _ = drain() }
        if let failure { throw failure }
        do throws(XMLFeedError) {
            return FeedPage(head: FeedHead(try reader.head()), items: items)
        } catch {
            throw AskFailure(error)
        }
    }
}

extension XMLLimits {
    init(_ limits: FeedLimits) {
        self.init(
            row: limits.row,
            text: limits.text,
            depth: limits.depth,
            attributes: limits.attributes,
            kept: limits.kept
        )
    }
}

extension FeedItem {
    /// nil for a head.
    init?(_ event: XMLEvent) {
        switch event {
        case .head: return nil
        case .row(let row):
            self = .row(
                FeedRow(
                    attributes: RawField.all(row.attributes),
                    fields: RawField.all(row.fields),
                    original: row.original,
                    row: row.row,
                    line: row.line
                )
            )
        case .broken(let row): self = .broken(BrokenRow(row))
        }
    }
}

extension FeedHead {
    init(_ head: XMLHead) {
        self.init(
            root: head.root,
            attributes: RawField.all(head.attributes),
            elements: head.elements.map {
                FeedElement(path: $0.path, text: $0.text, attributes: RawField.all($0.attributes))
            }
        )
    }
}

extension RawField {
    static func all(_ fields: [XMLField]) -> [RawField] { fields.map { RawField($0.name, $0.text) } }
}

/// The same decoding for bytes in memory: pushes and tests.
public enum FeedDocument {
    /// Reads a whole document; a broken row is broken for good.
    public static func read(
        _ bytes: [UInt8],
        shape: FeedShape,
        limits: FeedLimits
    ) throws(AdapterError) -> FeedPage {
        try read(pieces: CollectionOfOne(bytes[...]), shape: shape, limits: limits)
    }

    /// Reads a whole document that comes in pieces, as off a socket.
    package static func read(
        pieces: some Sequence<ArraySlice<UInt8>>,
        shape: FeedShape,
        limits: FeedLimits
    ) throws(AdapterError) -> FeedPage {
        let collector = PageCollector(shape: shape, limits: limits)
        do throws(AskFailure) {
            for piece in pieces {
                let goesOn = unsafe piece.withUnsafeBytes { unsafe collector.take($0) }
                if !goesOn, let failure = collector.failure { throw failure }
            }
            return try collector.finish()
        } catch {
            throw error.error
        }
    }
}
