public import CreditModel

/// An element outside the rows.
public struct FeedElement: Sendable {
    /// Below the root: `head/tran_seq`, `PAGE`, `包头/记录数`.
    public var path: String
    /// Its own text, not trimmed, without that of the elements in it.
    public var text: String
    /// In document order.
    public var attributes: [RawField]

    /// Makes an element of its parts.
    public init(path: String, text: String, attributes: [RawField]) {
        self.path = path
        self.text = text
        self.attributes = attributes
    }

    /// The value of one attribute.
    public func attribute(_ name: String) -> String? { attributes.first { $0.name == name }?.text }
}

/// Everything of a document that is outside its rows.
public struct FeedHead: Sendable {
    /// The root element's name.
    public var root: String
    /// The root element's attributes.
    public var attributes: [RawField]
    /// In document order.
    public var elements: [FeedElement]

    /// Makes a head of its parts.
    public init(root: String, attributes: [RawField], elements: [FeedElement]) {
        self.root = root
        self.attributes = attributes
        self.elements = elements
    }

    /// The value of one of the root's attributes.
    public func attribute(_ name: String) -> String? { attributes.first { $0.name == name }?.text }
    /// The text of the first element at `path`.
    public func text(at path: String) -> String? { element(path)?.text }
    /// The first element at `path`.
    public func element(_ path: String) -> FeedElement? { elements.first { $0.path == path } }
}

/// A whole answer.
public struct FeedPage: Sendable {
    /// What is outside the rows.
    public var head: FeedHead
    /// In document order.
    public var items: [FeedItem]
    /// Broken rows included.
    public var rowCount: Int { items.count }

    /// Makes a page of its parts.
    public init(head: FeedHead, items: [FeedItem]) {
        self.head = head
        self.items = items
    }
}
