/// What rows look like in an agency's documents.
public struct FeedShape: Sendable, Hashable {
    /// The root element: `RESULT`, `service`, `rs`, `数据文件`.
    public var root: String
    /// The element of a row: `ROW`, `r`, `记录`.
    public var row: String

    public init(root: String, row: String) {
        self.root = root
        self.row = row
    }
}
