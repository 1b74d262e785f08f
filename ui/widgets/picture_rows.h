// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include <QAbstractListModel>
#include <QListView>
#include <QString>

#include "core/library/records.h"

namespace fieldmark {

class ThumbnailStore;

/// A picture with what was found for it, as one row of a list: the query at the left, its texts, then one or
/// two lines of matches, each marked right or wrong.
struct PictureRow {
    enum class Mark { None, Right, Wrong };
    struct Tile {
        ItemId item = 0;
        QString caption;  ///< below the picture: a class, a score
        Mark mark = Mark::None;
    };
    struct Line {
        QString name;  ///< before the tiles: "before", "after"; "" for a single line
        std::vector<Tile> tiles;
    };
    ItemId query = 0;
    QString title;     ///< its class
    QString subtitle;  ///< a sentence
    std::vector<Line> lines;
};

class PictureRowsModel : public QAbstractListModel {
    Q_OBJECT
  public:
    enum Role { RowRole = Qt::UserRole + 1 };
    explicit PictureRowsModel(QObject* parent = nullptr);
    void set_rows(std::vector<PictureRow> rows);
    void remove(int row);
    const PictureRow* row(int index) const;  ///< null out of range
    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;

  private:
    std::vector<PictureRow> m_rows;
};

/// Shows PictureRows. Up and Down move, Enter or a double click on a picture asks for its look-alikes. Marks
/// are a tick or a cross as well as a colour. Pictures are taken from the store while painting; only rows on
/// screen ask for theirs. UI thread.
class PictureRows : public QListView {
    Q_OBJECT
  public:
    explicit PictureRows(ThumbnailStore& thumbnails, QWidget* parent = nullptr);

    void set_rows(std::vector<PictureRow> rows);
    void set_empty_text(const QString& text);
    PictureRowsModel& rows() { return *m_model; }
    int current_row() const;

  Q_SIGNALS:
    void lookAlikesRequested(fieldmark::ItemId item);
    void currentRowChanged(int row);

  protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void showEvent(QShowEvent* event) override;
    void changeEvent(QEvent* event) override;
    void scrollContentsBy(int dx, int dy) override;
    void keyPressEvent(QKeyEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void currentChanged(const QModelIndex& current, const QModelIndex& previous) override;
    bool viewportEvent(QEvent* event) override;

  private:
    class Delegate;
    void want_visible();

    ThumbnailStore& m_thumbnails;
    PictureRowsModel* m_model;
    Delegate* m_delegate;
    QString m_empty_text;
};

}  // namespace fieldmark
