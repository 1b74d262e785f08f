// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include <QWidget>

#include "core/engine/session/session.h"

class QBoxLayout;
class QLabel;
class QScrollArea;
class QStackedLayout;
class QToolButton;

namespace fieldmark {

class CropEditor;
class QueryCard;
class ThumbnailStore;

/// The query: a dashed well while it is empty, else a card for each picture, with a panel below for the crop
/// of one of them. Takes drops and pastes (paste() for the window's Ctrl+V). UI thread.
class QueryStrip : public QWidget {
    Q_OBJECT
  public:
    QueryStrip(Session& session, ThumbnailStore& thumbnails, QWidget* parent = nullptr);
    ~QueryStrip() override;

    /// Pictures that are there already are not added twice.
    void add(const std::vector<QueryImage>& images, bool replace = true);
    /// Takes the anchors of other models than this one out of the query; returns them.
    std::vector<QueryImage> takeForeignAnchors(const std::string& model_hash);
    void clear();
    bool isEmpty() const { return m_cards.empty(); }
    std::vector<QueryImage> images() const;
    /// The same with the part of each that was searched with: where "Crop to object" found one, that.
    std::vector<QueryImage> searchedImages() const;

    /// Takes what the clipboard holds; false (and a line that says why) if there is no picture in it.
    bool paste(bool replace = true);

    /// The switch "Crop to object"; setting it emits nothing.
    void setCropToObject(bool on);
    bool cropToObject() const;
    /// What was searched with, in the order of images(); shown on the cards and in the crop panel.
    void setFoundCrops(const std::vector<Crop>& crops);
    /// A line under the cards, until the next change; "" takes it away.
    void showProblem(const QString& text);
    /// Opens the crop panel on a picture; -1 closes it.
    void editCrop(int index);
    int editedCrop() const { return m_edited; }

  Q_SIGNALS:
    void imagesChanged();
    void cropToObjectChanged(bool on);
    void openFileRequested();  ///< for a new query
    void addFileRequested();   ///< for this one

  protected:
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dragMoveEvent(QDragMoveEvent* event) override;
    void dragLeaveEvent(QDragLeaveEvent* event) override;
    void dropEvent(QDropEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

  private:
    class Well;
    class DropOverlay;

    void relayout();
    void remove(QueryCard* card);
    bool hasPictures() const;  ///< others than anchors
    void changed();
    void refreshCropPanel();
    int indexOf(const QueryCard* card) const;

    Session& m_session;
    ThumbnailStore& m_thumbnails;
    std::vector<QueryCard*> m_cards;
    Well* m_well = nullptr;
    QScrollArea* m_scroll = nullptr;
    QWidget* m_row = nullptr;
    QWidget* m_cards_line = nullptr;  ///< the scrolling row and, always in reach, its buttons
    QWidget* m_buttons = nullptr;
    QBoxLayout* m_row_layout = nullptr;
    QToolButton* m_another = nullptr;
    QToolButton* m_clear = nullptr;
    QToolButton* m_object = nullptr;
    QWidget* m_problem_box = nullptr;
    QLabel* m_problem_sign = nullptr;
    QLabel* m_problem = nullptr;
    QWidget* m_panel = nullptr;
    CropEditor* m_editor = nullptr;
    QLabel* m_crop_text = nullptr;
    QToolButton* m_crop_reset = nullptr;
    DropOverlay* m_overlay = nullptr;
    int m_edited = -1;
};

}  // namespace fieldmark
