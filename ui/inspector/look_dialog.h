// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QDialog>

#include "core/engine/session/session.h"

class QComboBox;
class QLabel;
class QPushButton;
class QSlider;

namespace fieldmark {

class ElidedLabel;
class ImageView;

/// What the model does with one picture: attention by layer and head, rollout, energy, or the object that the
/// object finder sees, as heat over the picture. Not modal; closes with the library. UI thread.
class LookDialog : public QDialog {
    Q_OBJECT
  public:
    explicit LookDialog(Session& session, QWidget* parent = nullptr);
    ~LookDialog() override;

    void setPicture(const QueryImage& picture, const QString& name);
    const PictureLook& shown() const { return m_look; }
    /// The picture with its heat as it is shown, at most 2,000 pixels on a side, written in the background.
    void save(const QString& file);

  Q_SIGNALS:
    void saved(const QString& file, bool done);

  private:
    void ask();
    void take(const PictureLook& look);
    void fill();
    void say();

    Session& m_session;
    QueryImage m_picture;
    PictureLook m_look;
    RequestId m_request = 0;       ///< asked for and not answered; 0: none
    std::string m_asked;           ///< hash of the model that was asked last
    RequestId m_save_request = 0;  ///< the large picture to save with heat
    QString m_save_file;
    PictureLook m_save_look;
    bool m_filling = false;  ///< the choosers are being set, not used
    ElidedLabel* m_name = nullptr;
    QComboBox* m_kind = nullptr;
    QWidget* m_attention = nullptr;  ///< holds the choosers of layer and head
    QComboBox* m_layer = nullptr;
    QComboBox* m_head = nullptr;
    ImageView* m_view = nullptr;
    QSlider* m_opacity = nullptr;
    QLabel* m_note = nullptr;
    QPushButton* m_save = nullptr;
};

}  // namespace fieldmark
