/// What rows look like in an agency's documents.
public struct FeedShape: Sendable, Hashable {
    /// The root element: `RESULT`, `service`, `rs`, `数据文件`.
    public var root: String
    /// The element of a row: `ROW`, `r`, `记录`.
    public var row: String

    /// Makes a shape of the names of the root and of a row.
    public init(root: String, row: String) {
        self.root = root
        self.row = row
    }
}
